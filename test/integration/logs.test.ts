import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLoggerTo } from '../../config/logger.ts';
import type { TestService } from '../support/in-process-service.ts';
import { requestsTo } from '../support/requests.ts';
import { startTestService } from '../support/service.ts';
import { until } from '../support/until.ts';
import { useReceiver } from '../support/use-service.ts';

interface Line {
  readonly level: number;
  readonly msg: string;
  readonly event?: string;
  readonly [field: string]: unknown;
}

// Found in no line, at whatever level.
const [PAYLOAD, KEY] = ['planted-payload-5d1c', 'planted-key-7a0b4c2e9f'];
const INFO = 30;
const WARN = 40;

const written: string[] = [];
const receiver = useReceiver();
let service: TestService;

beforeAll(async () => {
  const logger = createLoggerTo({ write: (line) => void written.push(line) }, 'debug');
  service = await startTestService({ API_KEYS: `default:${KEY}` }, { hosts: true, logger });
});
afterAll(() => service.stop());

const { submitEvent, submitBatch, calledBack, endedBatch, get, post } = requestsTo({
  app: {
    request: (path: string, init: RequestInit = {}) => {
      const headers = new Headers(init.headers);
      headers.set('authorization', `Bearer ${KEY}`);
      return service.app.request(path, { ...init, headers });
    },
  },
} as Pick<TestService, 'app'>);

it.each([
  ['a light event', { type: 'test-logged' }],
  ['a heavy one', { type: 'test-logged-heavy' }],
  ['one that may share a workflow', { type: 'test-logged-together' }],
  ['a subject’s', { type: 'test-logged-of-subject', subject: 'counter' }],
  ['one that a handler is called for', { type: 'test-logged-handled' }],
])('has one line for the verdict of %s, and one for each failed attempt, with whose they are', async (_what, event) => {
  const { type } = event;
  const id = await submitEvent({ ...event, data: { secret: PAYLOAD, failures: 2 } });
  const ended = await calledBack(id);
  await until('its verdict is told', async () => of(id).some(({ outcome }) => outcome !== undefined));

  expect(ended.status).toBe('completed');
  const whose = { event: id, type, tier: 'normal', tenant: 'default' };
  expect(of(id).filter(({ outcome }) => outcome !== undefined)).toMatchObject([
    { ...whose, level: INFO, outcome: 'completed', msg: `${type} completed` },
  ]);
  const stage = type === 'test-logged-handled' ? 'tell' : 'action';
  const text = 'fetch failed: connect ECONNREFUSED 127.0.0.1:4000, for https://shop.test/orders?…';
  expect(of(id).filter(({ code }) => code !== undefined)).toMatchObject(
    [1, 2].map((attempt) => ({
      ...whose,
      level: WARN,
      stage,
      attempt,
      code: 'handler_failed',
      msg: `attempt ${attempt} of "${stage}" failed: ${text}`,
      stack: expect.stringContaining('logged-definitions.ts') as string,
    })),
  );
  expect(of(id).filter(({ msg }) => msg === 'trying')).toMatchObject(
    [1, 2, 3].map((attempt) => ({ ...whose, level: INFO, stage, attempt, fields: { attempt: 'of its own', failures: 2 } })),
  );
});

it('has one for each item of a batch, and for the events that shared a workflow', async () => {
  const events = Array.from({ length: 3 }, () => ({ type: 'test-logged', data: { secret: PAYLOAD, refuse: true } }));
  const batch = await submitBatch({ events });
  await endedBatch(batch);
  const { items } = (await get(`/v1/batches/${batch}/items`)) as { readonly items: readonly { readonly id: string }[] };
  const shared = Array.from({ length: 20 }, () => submitEvent({ type: 'test-logged-together', data: { secret: PAYLOAD, refuse: true } }));
  const ids = [...items.map(({ id }) => id), ...(await Promise.all(shared))];

  const verdicts = await until('all verdicts are told', async () => {
    const found = ids.map((id) => of(id).filter(({ outcome }) => outcome !== undefined));
    return found.every(({ length }) => length > 0) && found;
  });
  expect(verdicts).toHaveLength(23);
  for (const lines of verdicts) {
    expect(lines).toMatchObject([{ level: WARN, outcome: 'failed', code: 'refused', stage: 'action' }]);
    expect(lines[0]?.msg).toContain('failed: https://shop.test/orders?… says no');
  }
});

it('tells of attempts that have ended their process', async () => {
  const id = await submitEvent({ type: 'test-planted', data: { how: 'exit' } });
  await calledBack(id);

  expect(of(id).filter(({ attempt }) => attempt !== undefined)).toMatchObject(
    [1, 2].map((attempt) => ({
      level: WARN,
      attempt,
      code: 'crashed',
      msg: expect.stringContaining('its process ended with code') as string,
    })),
  );
});

it('has the id that its sender has given to its request', async () => {
  const response = await post('/v1/events', { type: 'test-logged', data: { secret: PAYLOAD, failures: 1 } }, { 'x-request-id': 'shop-42' });
  const { id } = (await response.json()) as { readonly id: string };
  await calledBack(id);
  await until('its verdict is told', async () => of(id).some(({ outcome }) => outcome !== undefined));

  expect(of(id).map(({ requestId }) => requestId)).toEqual(of(id).map(() => 'shop-42'));
});

it('has neither payloads nor secrets, at whatever level', async () => {
  const url = `${receiver.url}?token=${PAYLOAD}`;
  receiver.respond(() => ({ status: 500, body: PAYLOAD }));
  const id = await submitEvent({
    type: 'test-logged-heavy',
    data: { secret: PAYLOAD, failures: 1 },
    callback: { url, headers: { authorization: PAYLOAD } },
  });
  await calledBack(id);
  await post('/v1/events', { type: 'test-logged', data: { secret: 7, more: PAYLOAD } });
  await post('/v1/events', `not JSON: ${PAYLOAD}`);

  expect(written.length).toBeGreaterThan(0);
  expect(written.filter((line) => line.includes(PAYLOAD) || line.includes(KEY) || line.includes('whsec_'))).toEqual([]);
});

function of(id: string): readonly Line[] {
  return written.map((line) => JSON.parse(line) as Line).filter(({ event }) => event === id);
}
