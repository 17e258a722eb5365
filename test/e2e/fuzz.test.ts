import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { LimitService } from '../../api/limit-service.ts';
import { ownDefinitions } from '../support/own-definitions.ts';
import { fromSchema, mutated } from '../support/from-schema.ts';
import type { JsonSchema } from '../support/from-schema.ts';
import { proof } from '../support/proof.ts';
import { startMemoryApp } from '../unit/api/memory-app.ts';

const RUNS = proof({ reduced: 300, full: 10_000 });
const ANSWER_WITHIN_MS = 20_000;

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly schema: JsonSchema;
}

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly Parameter[];
  /** By media type. */
  readonly bodies: readonly (readonly [string, JsonSchema])[];
}

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer> | null;
}

// Nothing is fetched, and nobody is called.
const definitions = ownDefinitions.map((definition) =>
  definition.type === 'session' ? { ...definition, run: async () => ({}) } : definition,
);

const limits: LimitService = {
  list: async () => ({ items: [], nextCursor: null }),
  get: async () => null,
  setCapacity: async () => ({ kind: 'not_found' }),
};

it('answers requests of any kind, valid and not, without an error of its own', { timeout: 3_600_000 }, async () => {
  const memory = startMemoryApp({ definitions, limits });
  const { operations, resolve } = await readDocument(memory.request);
  const statuses = new Map<number, number>();
  await fc.assert(
    fc.asyncProperty(requestOf(operations, resolve), async (sent) => {
      const status = await expectSound(memory.request, sent);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      expect(memory.reported).toEqual([]);
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
  // It is of no use where all of them are refused by the first check.
  const taken = [200, 202].reduce((sum, status) => sum + (statuses.get(status) ?? 0), 0);
  expect(taken).toBeGreaterThan(RUNS / 50);
  await memory.stop();
});

async function readDocument(request: (path: string) => Promise<Response>) {
  const document = (await (await request('/openapi.json')).json()) as {
    readonly paths: Record<
      string,
      Record<string, { parameters?: Parameter[]; requestBody?: { content: Record<string, { schema: JsonSchema }> } }>
    >;
    readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> };
  };
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [], requestBody }]): Operation => ({
      method: method.toUpperCase(),
      path,
      parameters,
      bodies: Object.entries(requestBody?.content ?? {}).map(([type, { schema }]) => [type, schema]),
    })),
  );
  const resolve = (ref: string): JsonSchema => document.components.schemas[ref.replace('#/components/schemas/', '')] ?? {};
  return { operations, resolve };
}

function requestOf(operations: readonly Operation[], resolve: (ref: string) => JsonSchema): fc.Arbitrary<Sent> {
  // Those with a body can be wrong in the most ways.
  const weighted = operations.map((operation) => ({
    weight: operation.bodies.length > 0 ? 8 : 1,
    arbitrary: requestTo(operation, resolve),
  }));
  return fc.oneof(...weighted);
}

function requestTo({ method, path, parameters, bodies }: Operation, resolve: (ref: string) => JsonSchema): fc.Arbitrary<Sent> {
  const names = path.match(/\{\w+\}/g) ?? [];
  const places = fc.tuple(...names.map(() => fc.oneof(ID, fc.string({ minLength: 1 }).map(encodeURIComponent), GARBAGE)));
  const queries = parameters.filter((parameter) => parameter.in === 'query');
  const query = fc.oneof(
    fc.constant(''),
    fc
      .record(Object.fromEntries(queries.map(({ name, schema }) => [name, fc.oneof(fromSchema(schema, resolve), fc.string())])), {
        requiredKeys: [],
      })
      .map((values) =>
        new URLSearchParams(Object.entries(values).map(([name, value]) => [name, String(value)] as [string, string])).toString(),
      ),
    GARBAGE,
  );
  const body = bodies.length === 0 ? fc.constant(NO_BODY) : fc.oneof(...bodies.map(([type, schema]) => bodyOf(type, schema, resolve)));
  return fc.tuple(places, query, body, HEADERS).map(([given, search, { headers, bytes }, more]) => ({
    method,
    path: names.reduce((filled, name, index) => filled.replace(name, given[index] ?? ''), path) + (search === '' ? '' : `?${search}`),
    headers: { ...headers, ...more },
    body: method === 'GET' ? null : bytes,
  }));
}

interface Body {
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Uint8Array<ArrayBuffer> | null;
}

const NO_BODY: Body = { headers: {}, bytes: null };
const ID = fc.constantFrom('a', 'b_0', 'e~x', 'b~x', 'life', 'joy', 'tasks', 's~life~a~b', '.', '..', '%2e%2e', 'https:%2F%2Fexample.org');
const GARBAGE = fc.constantFrom(
  '%',
  '%ff',
  '%00',
  '%F0%9F%8E%88',
  'a&a',
  'x=1&x=2',
  '__proto__=1',
  'constructor',
  '~',
  '%22',
  "'",
  'limit=1e3',
  'cursor=AAAA',
);

const HEADERS = fc.record(
  {
    prefer: fc.constantFrom('wait=0', 'wait=1', 'respond-async', 'wait="', 'wait=1;', ',,', 'wait=-1'),
    'idempotency-key': fc.constantFrom('a', '"a"', '"', '', 'x'.repeat(300), 'a, a', '"a'),
    'if-match': fc.constantFrom('*', '"0"', '"1"', 'W/"1"', '"', '"1", "2"', '1'),
    'if-none-match': fc.constantFrom('*', '"1"', '"'),
    'last-event-id': fc.constantFrom('', '0', 'x'.repeat(200), '~'),
    'x-request-id': fc.constantFrom('a', '<', 'x'.repeat(300)),
    accept: fc.constantFrom('*/*', 'text/html', ''),
    authorization: fc.constantFrom('Bearer', 'Bearer a b', 'Basic x'),
    traceparent: fc.constantFrom('00-0-0-0', 'x'),
  },
  { requiredKeys: [] },
);

function bodyOf(type: string, schema: JsonSchema, resolve: (ref: string) => JsonSchema): fc.Arbitrary<Body> {
  const isLines = type !== 'application/json';
  const event: JsonSchema = { $ref: '#/components/schemas/Event' };
  const valid = isLines
    ? fc.array(fc.oneof(LIKELY, fromSchema(event, resolve)), { maxLength: 4 })
    : fc.oneof(LIKELY, fromSchema(schema, resolve));
  const values = fc.oneof(valid, mutated(valid));
  const text = values.map((value) => (isLines && Array.isArray(value) ? value.map(write).join('\n') : write(value)));
  const raw = fc.oneof(
    { weight: 8, arbitrary: text },
    {
      weight: 1,
      arbitrary: fc
        .tuple(text, fc.nat(), fc.constantFrom('', '"', '{', '1e400', '\u0000', '9007199254740993', ','))
        .map(([all, at, other]) => spliced(all, at, other)),
    },
    { weight: 1, arbitrary: fc.constantFrom('', 'null', '[]', '{"a":1,"a":2}', '{"__proto__":1}', '['.repeat(300)) },
  );
  const bytes = raw.map((all) => new TextEncoder().encode(all));
  return fc
    .tuple(bytes, fc.constantFrom(type, type, type, `${type};charset=utf-8`, `${type}; charset=utf-16`, 'text/plain', ''), CODING)
    .map(([plain, contentType, coding]) => ({
      headers: { ...(contentType !== '' && { 'content-type': contentType }), ...(coding !== null && { 'content-encoding': coding }) },
      bytes: coding === 'gzip' && plain.length % 2 === 0 ? new Uint8Array(gzipSync(plain)) : plain,
    }));
}

const CODING = fc.oneof(
  { weight: 8, arbitrary: fc.constant(null) },
  { weight: 2, arbitrary: fc.constantFrom('gzip', 'br', 'deflate', 'identity', 'zip') },
);
/** What only the catalog knows to be valid. */
const LIKELY = fc.record(
  {
    type: fc.constantFrom('joy', 'shock', 'order-placed', 'no-such'),
    data: fc.record({ intensity: fc.double({ min: -1, max: 1, noNaN: true }) }),
    id: fc.constantFrom('a', 'b', 'a b'),
    subject: fc.constantFrom('life-1', 'a/b'),
    tier: fc.constantFrom('low', 500, 'x'),
  },
  { requiredKeys: ['type', 'data'] },
);

function write(value: unknown): string {
  return JSON.stringify(value) ?? '';
}

function spliced(text: string, at: number, other: string): string {
  const place = at % (text.length + 1);
  return text.slice(0, place) + other + text.slice(place + 1);
}

/** Sends a request, looks at the answer, and gives its status. */
async function expectSound(
  request: (path: string, init: RequestInit) => Promise<Response>,
  { method, path, headers, body }: Sent,
): Promise<number> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ANSWER_WITHIN_MS} ms`)), ANSWER_WITHIN_MS);
  });
  const response = await Promise.race([request(path, { method, headers, ...(body !== null && { body }) }), late]).finally(() =>
    clearTimeout(timer),
  );
  const { status } = response;
  expect(status < 500 || status === 503).toBe(true);
  if (status < 400 || response.headers.get('content-type') === 'text/event-stream') {
    await response.body?.cancel();
    return status;
  }
  const answer = (await response.json()) as Record<string, unknown>;
  if ('error' in answer) {
    expect(answer).toMatchObject({ status: 'error', error: { code: expect.stringMatching(/./), message: expect.stringMatching(/./) } });
  } else {
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(answer).toMatchObject({ status, code: expect.stringMatching(/./), detail: expect.stringMatching(/./) });
    if (status === 422)
      expect(answer['errors']).toEqual(expect.arrayContaining([{ pointer: expect.any(String), detail: expect.stringMatching(/./) }]));
  }
  return status;
}
