import { z } from '@hono/zod-openapi';
import { toFaults } from 'tickless/server';
import type { AcceptedEvent, CallbackRequest, Fault } from 'tickless/server';
import { isLegacyFormat } from '../legacy-format.ts';
import { idempotencyKeyOf } from './known-as.ts';
import { webhook } from './legacy-input.ts';
import type { Parsed } from './legacy-input.ts';
import type { SessionRequest } from './submit-session.ts';

/** A job to be submitted, and for how long its sender waits for its end. */
export interface JobRequest extends SessionRequest {
  readonly waitMs: number;
}

const LONGEST_WAIT_MS = 60_000;

const common = {
  event_id: z.string().min(1).max(200).optional(),
  wait_ms: z.int().min(0).default(0),
};

export const newJob = z
  .strictObject({
    ...common,
    ...webhook,
    job_type: z.literal('session').default('session'),
    // Checked like the data of any session.
    parameters: z.record(z.string(), z.unknown()),
    webhook_url: webhook.webhook_url.optional(),
  })
  .openapi('NewJob');

export const restartedJob = z
  .strictObject({ ...common, parameters: z.record(z.string(), z.unknown()).default({}) })
  .openapi('RestartedJob');

/** `POST /api/jobs` */
export function parseNewJob(body: unknown, newId: () => string): Parsed<JobRequest> {
  const parsed = newJob.safeParse(withoutNulls(body));
  if (!parsed.success) return { ok: false, errors: toFaults(parsed.error.issues, '') };
  const {
    event_id: eventId = newId(),
    parameters,
    wait_ms,
    webhook_url: url,
    webhook_headers: headers,
    webhook_progress: progress,
    ...include
  } = parsed.data;
  const format = { kind: 'legacy', eventId, includeMarkdown: include.include_markdown, includeMetadata: include.include_metadata } as const;
  const envelope = { type: 'session', data: withoutNulls(parameters), ...(url !== undefined && { callback: { url, headers, progress } }) };
  return { ok: true, value: { ...named(envelope, eventId), format, waitMs: Math.min(wait_ms, LONGEST_WAIT_MS) } };
}

/** `POST /api/jobs/{id}/restart`: the same again, but for the parameters that are given, as a job of its own. */
export function parseRestart(body: unknown, before: AcceptedEvent, newId: () => string): Parsed<JobRequest> {
  const parsed = restartedJob.safeParse(withoutNulls(body));
  if (!parsed.success) return { ok: false, errors: toFaults(parsed.error.issues, '') };
  const { event_id: eventId = newId(), parameters, wait_ms } = parsed.data;
  const { callback } = before;
  const envelope = {
    type: 'session',
    source: SOURCE + before.id,
    tier: before.tier,
    data: withoutNulls({ ...fieldsOf(before.data), ...parameters }),
    ...(callback && { callback: requestOf(callback) }),
  };
  const format = callback?.format && isLegacyFormat(callback.format) ? { ...callback.format, eventId } : null;
  return { ok: true, value: { ...named(envelope, eventId), format, waitMs: Math.min(wait_ms, LONGEST_WAIT_MS) } };
}

const SOURCE = '/api/jobs/';

/** The job that one repeats; null for a first one. */
export function restartOf(source: string | null): string | null {
  return source?.startsWith(SOURCE) === true ? source.slice(SOURCE.length) : null;
}

/** A fault under the name that the job's field has. */
export function toJobFault({ pointer, detail }: Fault): Fault {
  const renamed = pointer
    .replace(/^\/data(?=\/|$)/, '/parameters')
    .replace(/^\/callback\/(url|headers)/, '/webhook_$1')
    .replace(/^\/id$/, '/event_id');
  return { pointer: renamed, detail };
}

function named(envelope: Readonly<Record<string, unknown>>, eventId: string): Pick<SessionRequest, 'envelope' | 'idempotencyKey'> {
  const idempotencyKey = idempotencyKeyOf('event_id', eventId);
  return { envelope: idempotencyKey === null ? { ...envelope, id: eventId } : envelope, idempotencyKey };
}

function requestOf({ url, headers, progress }: CallbackRequest): Omit<CallbackRequest, 'format'> {
  return { url, headers, progress };
}

/** Older clients write null for what they leave out. */
function withoutNulls(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
