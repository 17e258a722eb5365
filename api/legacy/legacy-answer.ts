import type { EventResource } from '../../domain/event-resource.ts';
import type { SessionData } from '../../events/sessions/session-data.ts';
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
export function acknowledgeBatch({ batchId, webhookUrl, events }: LegacyBatch, facts: RequestFacts): Json {
  const common = { webhook_url: webhookUrl, batch_id: batchId, async_processing: true };
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
  const action = resource.result?.action;
  const { markdown_file = null, gallery = [], metadata = null }: Json = typeof action === 'object' && action !== null ? { ...action } : {};
  const output = { markdown_file, markdown_content: markdown, video_file: null, attachments: gallery, metadata };
  const durationSeconds = (Date.parse(resource.completedAt ?? facts.acceptedAt) - Date.parse(facts.acceptedAt)) / 1_000;
  return answer(
    {
      parameters: echo(input),
      data: { input: echo(input), output },
      completed: resource.completedAt,
      duration: Math.max(0, durationSeconds),
    },
    facts,
  );
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
