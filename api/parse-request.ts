import type { Context } from 'hono';
import type { AppDependencies, AppEnvironment } from './app.ts';
import { cloudEventMode, EVENT_BODY_TYPES } from './cloud-events/cloud-event-mode.ts';
import { createParseCloudEvent } from './cloud-events/parse-cloud-event.ts';
import { readBinary, toHeaderPointer } from './cloud-events/read-binary.ts';
import { readStructured } from './cloud-events/read-structured.ts';
import { faultySummary } from './faulty-summary.ts';
import type { ParsedEvent } from './parse-event.ts';
import type { Problem } from './problem.ts';
import { readJson } from './read-json.ts';
import { CLOUD_EVENT_TYPE } from '../domain/to-cloud-event.ts';

type Refused = { readonly ok: false } & Problem;

/** Creates the check of what `POST /v1/events` brings: an event as JSON, or as a CloudEvent, structured or binary. */
export function createParseRequest({ catalog, parseEvent }: Pick<AppDependencies, 'catalog' | 'parseEvent'>) {
  const parseCloudEvent = createParseCloudEvent({ catalog, parseEvent });

  return async function parseRequest(
    context: Context<AppEnvironment>,
    idempotencyKey: string | null,
  ): Promise<Extract<ParsedEvent, { ok: true }> | Refused> {
    const tenant = context.get('tenant');
    const mode = cloudEventMode(context);
    if (mode === 'binary') return parseBinary(context, tenant);
    const isJson = mode === 'structured' ? (type: string): boolean => type === CLOUD_EVENT_TYPE : undefined;
    const read = await readJson(context, { taken: EVENT_BODY_TYPES, ...(isJson && { isJson }) });
    if (!read.ok) return { ok: false, ...read.problem };
    return mode === 'structured'
      ? parseCloudEvent(readStructured(read.body), { tenant })
      : parseEvent(read.body, { tenant, idempotencyKey });
  };

  async function parseBinary(context: Context<AppEnvironment>, tenant: string): Promise<Extract<ParsedEvent, { ok: true }> | Refused> {
    const read = await readBinary(context);
    if (!read.ok && 'code' in read) return read;
    const parsed = await parseCloudEvent(read, { tenant });
    if (parsed.ok) return parsed;
    const errors = parsed.errors.map(({ pointer, detail }) => ({ pointer: toHeaderPointer(pointer), detail }));
    return { ...parsed, ...(parsed.code === 'invalid_event' && { detail: faultySummary(errors) }), errors };
  }
}
