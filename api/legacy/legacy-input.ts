import { z } from 'zod';
import type { LegacyFormat } from '../../domain/delivery.ts';
import { isOwnId } from '../../domain/event-id.ts';
import { sessionData } from '../../events/sessions/session-data.ts';
import type { SessionData } from '../../events/sessions/session-data.ts';
import type { Fault } from '../problem.ts';

/** A session as the older routes take it, and as `/v1/events` would. */
export interface LegacyEvent {
  readonly input: SessionData;
  readonly envelope: Readonly<Record<string, unknown>>;
  /** Names the event where its `event_id` has characters that an id may not have. */
  readonly idempotencyKey: string | null;
  readonly format: LegacyFormat;
  readonly webhookUrl: string | null;
}

export type Parsed<Value> = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly errors: readonly Fault[] };

const webhook = {
  webhook_url: z
    .string('is required')
    .max(2_048)
    .regex(/^https?:\/\/\S+$/i, 'must start with http:// or https://'),
  webhook_headers: z.record(z.string(), z.string()).default({}),
  include_markdown: z.boolean().default(true),
  include_metadata: z.boolean().default(true),
};
const { webhook_url, ...webhookOptions } = webhook;

const asyncEvent = sessionData.extend({ ...webhook, event_id: z.string().min(1).max(200).optional() });
const batch = z.object({
  ...webhook,
  events: z.array(z.unknown()).min(1, 'must not be empty').max(10_000),
  batch_id: z.string().min(1).max(128).refine(isOwnId, 'has 1 to 128 of A-Z, a-z, 0-9, ".", "_", ":", "@" and "-"').optional(),
});
const batchItem = sessionData.extend({
  webhook_url: webhook_url.optional(),
  webhook_headers: webhookOptions.webhook_headers.removeDefault().optional(),
  include_markdown: z.boolean().optional(),
  include_metadata: z.boolean().optional(),
});

/** One session with its callback (`/process-event-async`). */
export function parseAsyncEvent(body: unknown, newId: () => string): Parsed<LegacyEvent> {
  const parsed = parse(asyncEvent, body);
  if (!parsed.ok) return parsed;
  const { webhook_url: url, webhook_headers: headers, include_markdown, include_metadata, event_id = newId(), ...input } = parsed.value;
  const format = { kind: 'legacy', eventId: event_id, includeMarkdown: include_markdown, includeMetadata: include_metadata } as const;
  return { ok: true, value: toEvent(input, format, { url, headers }) };
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
  readonly webhookUrl: string;
  /** As they were sent, for the acknowledgement. */
  readonly events: readonly unknown[];
  /** In order. An invalid item ends as failed, with a failure callback like any other. */
  readonly items: readonly LegacyItem[];
}

export type LegacyItem = { readonly format: LegacyFormat } & (
  | { readonly ok: true; readonly event: LegacyEvent }
  | { readonly ok: false; readonly errors: readonly Fault[]; readonly callback: CallbackPlan; readonly data: unknown }
);

interface CallbackPlan {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Many sessions (`/process-events-async`): each calls back by the batch's settings, unless it has its own. */
export function parseAsyncBatch(body: unknown, newId: () => string): Parsed<LegacyBatch> {
  const parsed = parse(batch, body);
  if (!parsed.ok) return parsed;
  const {
    events,
    batch_id: batchId = newId(),
    webhook_url: url,
    webhook_headers: headers,
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
    const item = parse(batchItem, event);
    if (!item.ok) return { ok: false, format, errors: item.errors, callback: { url, headers }, data: event };
    const {
      webhook_url: itemUrl,
      webhook_headers: itemHeaders,
      include_markdown: markdown,
      include_metadata: metadata,
      ...input
    } = item.value;
    const own = { ...format, includeMarkdown: markdown ?? include_markdown, includeMetadata: metadata ?? include_metadata };
    return { ok: true, format: own, event: toEvent(input, own, { url: itemUrl ?? url, headers: itemHeaders ?? headers }) };
  });
  return { ok: true, value: { batchId, webhookUrl: url, events, items } };
}

function toEvent(input: SessionData, format: LegacyFormat, callback: CallbackPlan | null): LegacyEvent {
  const isId = isOwnId(format.eventId);
  return {
    input,
    envelope: { type: 'session', ...(isId && { id: format.eventId }), data: input, ...(callback && { callback }) },
    idempotencyKey: isId ? null : `event_id ${format.eventId}`,
    format,
    webhookUrl: callback?.url ?? null,
  };
}

/** Older clients write null for what they leave out. */
function parse<Output>(schema: z.ZodType<Output>, body: unknown): Parsed<Output> {
  const isObject = typeof body === 'object' && body !== null && !Array.isArray(body);
  const given: unknown = isObject ? Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null)) : body;
  const parsed = schema.safeParse(given);
  if (parsed.success) return { ok: true, value: parsed.data };
  return { ok: false, errors: parsed.error.issues.map(({ path, message }) => ({ pointer: path.map(String).join('.'), detail: message })) };
}
