import type { EventResource } from 'tickless/server';
import type { SessionData } from '../session-data.ts';
import type { LegacyBatch, LegacyEvent } from './legacy-input.ts';

/** Of one request; times in ISO 8601. */
export interface RequestFacts {
  readonly processId: string;
  readonly acceptedAt: string;
}

type Json = Readonly<Record<string, unknown>>;

/** What `/process-event-async` answers at once. Headers of the callback are never echoed: they may be secrets. */
export function acknowledgeEvent({ input, format, webhookUrl }: LegacyEvent, facts: RequestFacts): Json {
  const parameters = { ...echo(input), webhook_url: webhookUrl, event_id: format.eventId, async_processing: true };
  return answer({ parameters, data: null, completed: null, duration: null }, facts);
}

/** What `/process-events-async` answers at once. */
export function acknowledgeBatch({ batchId, callback, events }: LegacyBatch, facts: RequestFacts): Json {
  const common = { webhook_url: callback?.url ?? null, batch_id: batchId, async_processing: true };
  const summary = { total_events: events.length, status: 'accepted', ...common, processed_at: facts.acceptedAt };
  return answer(
    {
      parameters: { event_count: events.length, ...common },
      data: { input: { events: events.map(withoutHeaders) }, output: { results: [], summary } },
      completed: null,
      duration: null,
    },
    facts,
  );
}

/** What `/process-event` answers when the session is completed. */
export function answerEvent(input: SessionData, resource: EventResource, markdown: string | null, facts: RequestFacts): Json {
  const output = outputOf(resource, markdown);
  return answer(
    {
      parameters: echo(input),
      data: { input: echo(input), output },
      completed: resource.completedAt,
      duration: secondsSince(facts, resource.completedAt),
    },
    facts,
  );
}

/** What `/process-events` answers when each of its sessions has ended; they are in order. */
export function answerBatch({ events }: LegacyBatch, ended: readonly EndedSession[], completedAt: string, facts: RequestFacts): Json {
  const results = ended.flatMap(({ resource, markdown }) => (resource.status === 'completed' ? [outputOf(resource, markdown)] : []));
  const errors = ended.flatMap(({ resource }, index) => {
    if (resource.status === 'completed') return [];
    const { event = null } = fieldsOf(events[index]);
    return [{ index, event, error: failureOf(resource).message }];
  });
  const duration = secondsSince(facts, completedAt);
  const counts = { total_events: ended.length, successful: results.length, failed: errors.length };
  const summary = { ...counts, errors, processing_time: duration, processed_at: completedAt };
  return answer(
    {
      parameters: { event_count: events.length },
      data: { input: { events: events.map(withoutHeaders) }, output: { results, summary } },
      completed: completedAt,
      duration,
    },
    facts,
  );
}

export interface EndedSession {
  readonly resource: EventResource;
  readonly markdown: string | null;
}

/** Why a session has no document. */
export function failureOf({ error }: Pick<EventResource, 'error'>): { readonly code: string; readonly message: string } {
  const { code, message } = error ?? { code: 'cancelled', message: 'the event was cancelled' };
  return { code, message };
}

/** The path of a session's Markdown; null where it has none. */
export function documentOf(resource: EventResource): string | null {
  const { markdown_file } = fieldsOf(resource.result?.['action']);
  return typeof markdown_file === 'string' ? markdown_file : null;
}

function outputOf(resource: EventResource, markdown: string | null): Json {
  const { gallery = [], metadata = null } = fieldsOf(resource.result?.['action']);
  return { markdown_file: documentOf(resource), markdown_content: markdown, video_file: null, attachments: gallery, metadata };
}

function secondsSince({ acceptedAt }: RequestFacts, completedAt: string | null): number {
  return Math.max(0, (Date.parse(completedAt ?? acceptedAt) - Date.parse(acceptedAt)) / 1_000);
}

function fieldsOf(value: unknown): Json {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

interface AnswerParts {
  readonly parameters: Json;
  readonly data: Json | null;
  readonly completed: string | null;
  /** Seconds. */
  readonly duration: number | null;
}

function answer({ parameters, data, completed, duration }: AnswerParts, { processId, acceptedAt }: RequestFacts): Json {
  return {
    status: 'success',
    request: { processor: 'event', timestamp: acceptedAt, parameters },
    process: { id: processId, main_processor: 'event', sub_processors: [], started: acceptedAt, completed, duration, llm_info: null },
    error: null,
    data,
  };
}

/** Without the field that older clients don't know. */
function echo({ optional: _newer, ...input }: SessionData): Json {
  return input;
}

function withoutHeaders(event: unknown): unknown {
  if (typeof event !== 'object' || event === null || Array.isArray(event)) return event;
  return Object.fromEntries(Object.entries(event).filter(([name]) => name !== 'webhook_headers'));
}
