import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BatchResource } from '../../domain/batch-resource.ts';
import type { EventResource } from '../../domain/event-resource.ts';
import { PLANTED } from '../support/planted-definitions.ts';
import type { TestService } from '../support/service.ts';
import { startTestService } from '../support/service.ts';
import { until } from '../support/until.ts';

// How the handlers' processes do it is tested in test/processes/hosts; this is each way to run events.
const TEST_TIMEOUT_MS = 240_000;
const CODES: Readonly<Record<string, string>> = {
  loop: 'timeout',
  expression: 'timeout',
  native: 'timeout',
  never: 'timeout',
  deaf: 'timeout',
};

let service: TestService;

beforeAll(async () => {
  service = await startTestService({ HANDLER_MEMORY_MB: '160', HANDLER_GRACE_MS: '100', MAX_CONCURRENT_TASKS: '5' }, { hosts: true });
});
afterAll(() => service.stop());

async function post(path: string, body: object): Promise<Response> {
  return service.app.request(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
}

async function submit(event: object): Promise<string> {
  const response = await post('/v1/events', event);
  expect(response.status).toBe(202);
  return ((await response.json()) as { id: string }).id;
}

function ended(id: string): Promise<EventResource> {
  return until(
    `"${id}" has ended`,
    async () => {
      const response = await service.app.request(`/v1/events/${encodeURIComponent(id)}`);
      expect(response.status).toBe(200);
      const event = (await response.json()) as EventResource;
      return event.completedAt !== null && event;
    },
    TEST_TIMEOUT_MS,
  );
}

function expectEnd(event: EventResource, how: string): void {
  const seen = { how, status: event.status, code: event.error?.code ?? null, attempts: event.attempts['action'] };
  const isPlanted = (PLANTED as readonly string[]).includes(how);
  expect(seen).toEqual({
    how,
    status: isPlanted ? 'failed' : 'completed',
    code: isPlanted ? (CODES[how] ?? 'crashed') : null,
    attempts: isPlanted ? 2 : 1,
  });
}

it.each(['test-branch', 'test-branch-heavy'])(
  'starts what a stage of "%s" has emitted, though the next one ends its process',
  async (type) => {
    const leaf = { name: 'leaf', type: 'test-branch' };
    const event = await ended(await submit({ type, data: { name: 'root', type, fails: 'exits', first: [leaf], second: [leaf] } }));

    expect(event).toMatchObject({ status: 'completed', attempts: { first: 1, second: 2 } });
    expect(event.followUps).toHaveLength(2);
    for (const { id } of event.followUps ?? []) {
      // Its cause may be shown as ended before that is recorded, and so before this is started.
      await until('it is started', async () => (await service.app.request(`/v1/events/${encodeURIComponent(id)}`)).ok);
      expect(await ended(id)).toMatchObject({ status: 'completed', causedBy: event.id });
    }
  },
  TEST_TIMEOUT_MS,
);

describe.each([
  ['alone', 'test-planted', ['loop', 'exit', 'never']],
  ['together', 'test-planted-grouped', ['expression', 'kill']],
  ['on workers', 'test-planted-heavy', ['kill', 'native', 'deaf']],
  ['for long', 'test-planted-patient', ['heap', 'buffers', 'reject']],
] as const)('events that run %s', (_how, type, planted) => {
  it(
    'end as they should, whatever the handlers of others do to their process',
    async () => {
      const hows = ['well', 'slowly', ...planted, 'well', 'slowly', 'well'];
      const ids = await Promise.all(hows.map((how) => submit({ type, data: { how } })));

      const events = await Promise.all(ids.map(ended));

      for (const [index, event] of events.entries()) expectEnd(event, hows[index] ?? '');
    },
    TEST_TIMEOUT_MS,
  );
});

it(
  'items of a batch end as they should, whatever the handlers of others do to their process',
  async () => {
    const hows = ['well', 'throw', 'slowly', 'exit', 'well', 'never', 'well'];
    const response = await post('/v1/batches', {
      mode: 'concurrent',
      events: hows.map((how) => ({ type: 'test-planted', data: { how } })),
    });
    const { id } = (await response.json()) as { id: string };
    await until(
      'the batch has ended',
      async () => ((await (await service.app.request(`/v1/batches/${id}`)).json()) as BatchResource).status === 'partial',
      TEST_TIMEOUT_MS,
    );

    const { items } = (await (await service.app.request(`/v1/batches/${id}/items?limit=100`)).json()) as {
      items: readonly EventResource[];
    };

    for (const [index, item] of items.entries()) expectEnd(item, hows[index] ?? '');
    expect(items).toHaveLength(hows.length);
  },
  TEST_TIMEOUT_MS,
);

it(
  'events of a subject end as they should, each applied once and in order',
  async () => {
    const hows = ['well', 'loop', 'well', 'exit', 'well'];
    const ids: string[] = [];
    for (const [index, how] of hows.entries()) {
      // Who ends its process again and again takes longer than an answer may, and is asked for again.
      const event = { type: 'test-planted-on-subject', id: `letter-${index}`, subject: 's-1', data: { how } };
      ids.push(await until(`"${how}" is accepted`, () => submit(event).catch(() => null), TEST_TIMEOUT_MS));
    }

    const events = await Promise.all(ids.map(ended));

    for (const [index, event] of events.entries()) expectEnd(event, hows[index] ?? '');
    expect(events.map(({ version }) => version)).toEqual([1, 2, 3, 4, 5]);
    const subject = (await (await service.app.request('/v1/subjects/test-planted-seen/s-1')).json()) as { state: unknown };
    expect(subject.state).toEqual({ seen: 3 });
  },
  TEST_TIMEOUT_MS,
);
