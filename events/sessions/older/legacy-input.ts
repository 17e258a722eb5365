import { z } from 'zod';
import { MAX_FAULTS } from 'tickless/server';
import type { Fault } from 'tickless/server';
import type { LegacyFormat } from '../legacy-format.ts';
import { sessionData } from '../session-data.ts';
import type { SessionData } from '../session-data.ts';
import { idempotencyKeyOf } from './known-as.ts';
import type { SessionRequest } from './submit-session.ts';

/** A session as the older routes take it. */
export interface LegacyEvent extends SessionRequest {
  readonly input: SessionData;
  readonly format: LegacyFormat;
  readonly webhookUrl: string | null;
}

export type Parsed<Value> = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly errors: readonly Fault[] };

/** What can be asked of a callback. */
export const webhook = {
  webhook_url: z
    .string('is required')
    .max(2_048)
    .regex(/^[Hh][Tt][Tt][Pp][Ss]?:\/\/\S+$/, 'must start with http:// or https://'),
  webhook_headers: z.record(z.string(), z.string()).default({}),
  include_markdown: z.boolean().default(true),
  include_metadata: z.boolean().default(true),
  webhook_progress: z.boolean().default(false),
};
const { webhook_url, ...webhookOptions } = webhook;
// They run one after the other: more of them would not be done while somebody waits.
const MAX_SYNC_EVENTS = 200;

const asyncEvent = sessionData.extend({ ...webhook, event_id: z.string().min(1).max(200).optional() });
const asyncBatch = z.object({
  ...webhook,
  events: z.array(z.unknown(), 'must be a list').min(1, 'must not be empty').max(10_000),
  batch_id: z.string().min(1).max(200).optional(),
});
const syncBatch = z.object({
  events: z.array(z.unknown(), 'must be a list').min(1, 'must not be empty').max(MAX_SYNC_EVENTS),
});
const batchItem = sessionData.extend({
  webhook_url: webhook_url.optional(),
  webhook_headers: webhookOptions.webhook_headers.removeDefault().optional(),
  include_markdown: z.boolean().optional(),
  include_metadata: z.boolean().optional(),
  webhook_progress: z.boolean().optional(),
});

/** What the older routes take, for their description: each item of `events` is checked for itself. */
export const REQUESTS = {
  '/process-event-async': asyncEvent,
  '/process-event': sessionData,
  '/process-events-async': asyncBatch.extend({ events: z.array(batchItem).min(1).max(10_000) }),
  '/process-events': syncBatch.extend({ events: z.array(sessionData).min(1).max(MAX_SYNC_EVENTS) }),
} as const;

/** One session with its callback (`/process-event-async`). */
export function parseAsyncEvent(body: unknown, newId: () => string): Parsed<LegacyEvent> {
  const parsed = parse(asyncEvent, body);
  if (!parsed.ok) return parsed;
  const { event_id = newId(), include_markdown, include_metadata, webhook_url, webhook_headers, webhook_progress, ...input } = parsed.value;
  const format = { kind: 'legacy', eventId: event_id, includeMarkdown: include_markdown, includeMetadata: include_metadata } as const;
  return { ok: true, value: toEvent(input, format, { url: webhook_url, headers: webhook_headers, progress: webhook_progress }) };
}

/** One session without a callback (`/process-event`). */
export function parseSyncEvent(body: unknown, newId: () => string): Parsed<LegacyEvent> {
  const parsed = parse(sessionData, body);
  if (!parsed.ok) return parsed;
  const format = { kind: 'legacy', eventId: newId(), includeMarkdown: true, includeMetadata: true } as const;
  return { ok: true, value: toEvent(parsed.value, format, null) };
}

export interface LegacyBatch {
  readonly batchId: string;
  /** Where items without a webhook of their own call back, and those that are invalid. */
  readonly callback: CallbackPlan | null;
  /** As they were sent, for the answer. */
  readonly events: readonly unknown[];
  /** In order. */
  readonly items: readonly LegacyItem[];
}

/** An item of a batch as `/v1/batches` would take it, or what is wrong with it. */
export type LegacyItem = { readonly format: LegacyFormat; readonly data: unknown } & (
  | { readonly ok: true; readonly envelope: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly errors: readonly Fault[] }
);

interface CallbackPlan {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly progress: boolean;
}

/** Many sessions (`/process-events-async`): each calls back by the batch's settings, unless it has its own. */
export function parseAsyncBatch(body: unknown, newId: () => string, lossy: LossyEntries): Parsed<LegacyBatch> {
  const parsed = parse(asyncBatch, body);
  if (!parsed.ok) return parsed;
  const {
    events,
    batch_id: batchId = newId(),
    webhook_url: url,
    webhook_headers: headers,
    webhook_progress: progress,
    include_markdown,
    include_metadata,
  } = parsed.value;
  const items = events.map((event, index): LegacyItem => {
    const format = {
      kind: 'legacy',
      eventId: `${batchId}_${index}`,
      includeMarkdown: include_markdown,
      includeMetadata: include_metadata,
    } as const;
    const item = parseEntry(batchItem, event, lossy.get(index));
    if (!item.ok) return { ok: false, format, errors: item.errors, data: event };
    const {
      webhook_url: itemUrl,
      webhook_headers: itemHeaders,
      webhook_progress: itemProgress,
      include_markdown: markdown,
      include_metadata: metadata,
      ...input
    } = item.value;
    const own = { ...format, includeMarkdown: markdown ?? include_markdown, includeMetadata: metadata ?? include_metadata };
    const callback = { url: itemUrl ?? url, headers: itemHeaders ?? headers, progress: itemProgress ?? progress };
    return { ok: true, format: own, data: input, envelope: toEnvelope(input, callback) };
  });
  return { ok: true, value: { batchId, callback: { url, headers, progress }, events, items } };
}

/** Many sessions without callbacks (`/process-events`). */
export function parseSyncBatch(body: unknown, newId: () => string, lossy: LossyEntries): Parsed<LegacyBatch> {
  const parsed = parse(syncBatch, body);
  if (!parsed.ok) return parsed;
  const { events } = parsed.value;
  const batchId = newId();
  const items = events.map((event, index): LegacyItem => {
    const format = { kind: 'legacy', eventId: `${batchId}_${index}`, includeMarkdown: true, includeMetadata: true } as const;
    const item = parseEntry(sessionData, event, lossy.get(index));
    if (!item.ok) return { ok: false, format, errors: item.errors, data: event };
    return { ok: true, format, data: item.value, envelope: toEnvelope(item.value, null) };
  });
  return { ok: true, value: { batchId, callback: null, events, items } };
}

/** What is wrong with entries of a list that can't be kept as they were sent, by their index. */
type LossyEntries = ReadonlyMap<number, readonly Fault[]>;

function parseEntry<Output>(schema: z.ZodType<Output>, entry: unknown, lossy: readonly Fault[] | undefined): Parsed<Output> {
  return lossy === undefined ? parse(schema, entry) : { ok: false, errors: lossy };
}

function toEvent(input: SessionData, format: LegacyFormat, callback: CallbackPlan | null): LegacyEvent {
  const idempotencyKey = idempotencyKeyOf('event_id', format.eventId);
  return {
    input,
    envelope: { ...toEnvelope(input, callback), ...(idempotencyKey === null && { id: format.eventId }) },
    idempotencyKey,
    format,
    webhookUrl: callback?.url ?? null,
  };
}

function toEnvelope(data: SessionData, callback: CallbackPlan | null): Readonly<Record<string, unknown>> {
  return { type: 'session', data, ...(callback && { callback }) };
}

/** Older clients write null for what they leave out. */
function parse<Output>(schema: z.ZodType<Output>, body: unknown): Parsed<Output> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return { ok: false, errors: [{ pointer: '', detail: 'must be a JSON object' }] };
  }
  const given = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
  const parsed = schema.safeParse(given);
  if (parsed.success) return { ok: true, value: parsed.data };
  const faults = parsed.error.issues.slice(0, MAX_FAULTS).map(({ path, message }) => {
    const pointer = path.map(String).join('.');
    return { pointer, detail: path.length > 0 && !(String(path[0]) in given) ? 'is required' : message };
  });
  return { ok: false, errors: faults };
}
