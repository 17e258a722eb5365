import { CLOUD_EVENT_BATCH_TYPE } from './cloud-events/cloud-event-mode.ts';
import { CLOUD_EVENT_TYPE } from '../domain/to-cloud-event.ts';
import type { Schema } from './event-schemas.ts';
import { sampleOf } from './sample-of.ts';
import type { DescribedType } from './event-schemas.ts';
import type { Ask } from '../domain/question.ts';

/** An event as somebody may send it, that its type takes. */
export interface ExampleEvent {
  readonly type: string;
  readonly id: string;
  readonly data: unknown;
}

/**
 * An event of each type, with data that its schema has for an example, else with a sample of the schema. Types whose own
 * functions refuse what comes of that have none.
 */
export async function exampleEvents(types: readonly DescribedType[], ask: Ask): Promise<readonly ExampleEvent[]> {
  const made = types.map(async ({ definition: { type }, description }) => {
    if (description === null) return null;
    const data = description.schema === null ? {} : sampleOf(description.schema);
    const accepted = await ask({ kind: 'accept', type, envelope: { type, data }, tenant: 'default' }).catch(() => null);
    return accepted?.ok === true ? { type, id: `${type}-1`, data } : null;
  });
  return (await Promise.all(made)).filter((example) => example !== null);
}

interface Parameter {
  readonly name: string;
  readonly in: string;
}

type Operation = Schema & { readonly parameters?: readonly (Parameter & Schema)[]; readonly requestBody?: Schema };

interface Described {
  readonly paths?: object;
}

/** What a batch, a limit and a cause are called in examples. */
const BATCH_ID = 'batch-1';
const LIMIT_KEY = 'tasks';
const CAUSE = 'a1b2c3d4e5f60718';
const SHOWN_IN_BATCH = 3;

/** Adds an example to each body and parameter that can have one, such that what is read is what was sent before. */
export function withExamples<Document extends Described>(
  document: Document,
  events: readonly ExampleEvent[],
  subject: string | null,
): Document {
  const [first] = events;
  const parameters = parameterExamples(first, subject);
  const bodies = bodyExamples(events);
  const paths = Object.entries(document.paths ?? {}).map(([path, operations]) => {
    const shown = Object.entries(operations as Readonly<Record<string, Operation>>).map(([method, operation]) => [
      method,
      { ...operation, ...shownParameters(operation, parameters(path)), ...shownBody(operation, bodies[`${method} ${path}`]) },
    ]);
    return [path, Object.fromEntries(shown)];
  });
  return { ...document, paths: Object.fromEntries(paths) };
}

/** By a parameter's name, for a path. */
function parameterExamples(
  first: ExampleEvent | undefined,
  subject: string | null,
): (path: string) => Readonly<Record<string, string | undefined>> {
  return (path) => {
    if (path === '/v1/events') return { prefer: 'wait=5' };
    if (path.startsWith('/v1/events/')) return { id: first?.id };
    if (path.startsWith('/v1/batches/')) return { id: BATCH_ID };
    if (path.startsWith('/v1/event-types/')) return { type: first?.type };
    if (path.startsWith('/v1/limits/')) return { key: LIMIT_KEY };
    if (path.startsWith('/v1/dead-letters/')) return { cause: CAUSE };
    if (path.startsWith('/v1/destinations/')) return { origin: 'https://example.org' };
    if (path.startsWith('/v1/subjects/') && subject !== null) return { type: subject, id: `${subject}-1` };
    return {};
  };
}

/** By method and path, then by the media type; each has a name that a page lists it by. */
function bodyExamples(events: readonly ExampleEvent[]): Readonly<Record<string, Readonly<Record<string, Schema>>>> {
  const few = events.slice(0, SHOWN_IN_BATCH).map(({ type, data }) => ({ type, data }));
  const cloudEvents = events.map(({ type, id, data }) => ({ specversion: '1.0', id, source: '/examples', type, data }));
  const lines = few.map((event) => `${JSON.stringify(event)}\n`).join('');
  return {
    'post /v1/events': {
      'application/json': Object.fromEntries(events.map((event) => [event.type, { value: event }])),
      [CLOUD_EVENT_TYPE]: Object.fromEntries(cloudEvents.map((event) => [event.type, { value: event }])),
      [CLOUD_EVENT_BATCH_TYPE]: few.length === 0 ? {} : { batch: { value: cloudEvents.slice(0, SHOWN_IN_BATCH) } },
    },
    'post /v1/batches':
      few.length === 0
        ? {}
        : {
            'application/json': { batch: { value: { id: BATCH_ID, events: few } } },
            'application/x-ndjson': { lines: { value: lines } },
            'application/jsonl': { lines: { value: lines } },
          },
    'post /v1/events/{id}/replay': {
      'application/json': { stage: { value: {} }, start: { value: { from: 'start' } } },
    },
    'post /v1/dead-letters/{cause}/replay': {
      'application/json': { count: { value: { dryRun: true } }, slowly: { value: { ratePerSecond: 10 } } },
    },
    'post /v1/destinations/{origin}/redeliver': {
      'application/json': { count: { value: { since: '2026-01-01T00:00:00.000Z', dryRun: true } } },
    },
    'put /v1/limits/{key}': { 'application/json': { capacity: { value: { capacity: 5 } } } },
  };
}

function shownParameters({ parameters }: Operation, examples: Readonly<Record<string, string | undefined>>): Pick<Operation, 'parameters'> {
  if (parameters === undefined) return {};
  return {
    parameters: parameters.map((parameter) => {
      const example = examples[parameter.name.toLowerCase()];
      return example === undefined || parameter.in === 'query' ? parameter : { ...parameter, example };
    }),
  };
}

function shownBody({ requestBody }: Operation, examples: Readonly<Record<string, Schema>> = {}): Pick<Operation, 'requestBody'> {
  if (requestBody === undefined) return {};
  const content = Object.entries((requestBody['content'] ?? {}) as Readonly<Record<string, Schema>>).map(([media, described]) => {
    const shown = examples[media];
    return [media, shown === undefined || Object.keys(shown).length === 0 ? described : { ...described, examples: shown }];
  });
  return { requestBody: { ...requestBody, content: Object.fromEntries(content) } };
}
