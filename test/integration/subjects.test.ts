import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { NOTHING_SAID } from '../../domain/handled-event.ts';
import { letterHash } from '../../temporal/letter-hash.ts';
import { OUTCOME_QUERY } from '../../temporal/durable/names.ts';
import type { EventResource } from '../../domain/event-resource.ts';
import { drawLifeEvent } from '../../events/life/rules/draw-life-event.ts';
import { subjectWorkflowId } from '../../temporal/durable/workflow-ids.ts';
import { createLogger } from '../../config/logger.ts';
import { lifeSubject } from '../../events/life/life-subject.ts';
import { LIFE_TICK } from '../../events/life/life-tick.ts';
import { proof } from '../support/proof.ts';
import { startReceiver } from '../support/receiver.ts';
import { startTestService } from '../support/service.ts';
import type { TestService } from '../support/service.ts';
import { until } from '../support/until.ts';
import { toHandlerLog } from '../../worker/to-handler-log.ts';
import { keepTick } from '../../api/temporal/keep-tick.ts';

// Two processes as the engine sees them: each has its mailboxes and its workers.
let services: readonly TestService[];

beforeAll(async () => {
  services = await Promise.all([startTestService(), startTestService()]);
});

afterAll(() => Promise.all(services.map((service) => service.stop())));

it('comes to the same as the pure fold of the same events in the order of their versions, bit for bit', async () => {
  const subject = newSubject();
  const events = Array.from({ length: proof({ reduced: 300, full: 1_000 }) }, () => {
    const draw = { typeShare: Math.random(), intensityShare: Math.random(), generation: 'later' } as const;
    const { type, intensity } = drawLifeEvent(draw);
    return { type, subject, data: { intensity } };
  });
  const resources = await sendAll(events, 8);
  const inOrder = resources.toSorted((a, b) => (a.version ?? 0) - (b.version ?? 0));
  expect(inOrder.map(({ version }) => version)).toEqual(events.map((_, index) => index + 1));

  const birthMs = Date.parse(inOrder[0]?.completedAt ?? '');
  let state = lifeSubject.initial({ id: subject, tenant: 'default', atMs: birthMs });
  for (const { id, type, completedAt, data, tier, urgency, time, result } of inOrder) {
    const atMs = Date.parse(completedAt ?? '');
    state = lifeSubject.settle(state, atMs);
    const event = { ...NOTHING_SAID, id, type, subject, time, data, tier, urgency, tenant: 'default' };
    state = lifeSubject.apply(state, { ...event, results: result ?? {}, atMs });
  }
  expect((await readSubject('life', subject)).state).toEqual(JSON.parse(JSON.stringify(lifeSubject.show(state))));
});

it('pages the list of subjects, from its own places alone', async () => {
  const mine = Array.from({ length: 3 }, newSubject);
  await sendAll(
    mine.map((subject) => ({ type: 'test-counted', subject, data: { add: 1 } })),
    3,
  );
  await until('all are listed', async () => {
    const found: string[] = [];
    let cursor: string | null = '';
    for (let pages = 0; cursor !== null && pages < 1_000; pages += 1) {
      const query: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const answer = await request(`/v1/subjects?type=test-counter&limit=2${query}`);
      expect(answer.status).toBe(200);
      const page = (await answer.json()) as { readonly items: readonly { readonly id: string }[]; readonly nextCursor: string | null };
      found.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    }
    return mine.every((subject) => found.includes(subject));
  });
  const { nextCursor } = (await (await request('/v1/events?limit=1')).json()) as { readonly nextCursor: string };
  expect((await request(`/v1/subjects?cursor=${encodeURIComponent(nextCursor)}`)).status).toBe(422);
});

it('adds up what many send at once, and knows their ids, through its continuing as new', async () => {
  const subject = newSubject();
  const count = proof({ reduced: 1_000, full: 10_000 });
  const event = (index: number) => ({ type: 'test-summed', subject, id: `e${index}`, data: { add: 0.5, note: 'x'.repeat(1_000) } });
  const resources = await sendAll(
    Array.from({ length: count }, (_, index) => event(index)),
    50,
  );
  expect(await readSubject('test-sum', subject)).toMatchObject({ version: count, state: { sum: count * 0.5 } });
  expect(new Set(resources.map(({ version }) => version)).size).toBe(count);
  expect(new Set(resources.map(({ workflow }) => workflow.runId)).size).toBeGreaterThan(1);

  const { items } = (await (await request(`/v1/subjects/test-sum/${subject}/changes?limit=200`)).json()) as {
    readonly items: readonly { readonly version: number; readonly events: number; readonly changes: readonly object[] }[];
  };
  // Without a gap from one to the next, also where another run began.
  expect(items.map(({ version, events }) => version - events)).toEqual([
    ...items.slice(1).map(({ version }) => version),
    expect.any(Number),
  ]);
  expect(items[0]).toMatchObject({ version: count, changes: expect.arrayContaining([expect.objectContaining({ after: count * 0.5 })]) });

  const oldest = resources.find(({ version }) => version === count - 999);
  const index = Number(oldest?.ownId?.slice(1));
  const again = await request('/v1/events', post(event(index)));
  expect(await again.json()).toEqual({ id: oldest?.id, status: 'completed', version: oldest?.version, compacted: true });
  expect((await request('/v1/events', post({ ...event(index), data: { add: 1 } }))).status).toBe(409);
  expect((await readSubject('test-sum', subject)).version).toBe(count);
}, 300_000);

it('never shows half a change', async () => {
  const subject = newSubject();
  const sent = { all: false };
  const sending = sendAll(
    Array.from({ length: 200 }, () => ({ type: 'test-summed', subject, data: { add: 1 } })),
    20,
  ).finally(() => {
    sent.all = true;
  });
  await until('there is something to read', async () => (await request(`/v1/subjects/test-sum/${subject}`)).ok);
  let last = 0;
  while (!sent.all) {
    const { version, state } = await readSubject('test-sum', subject);
    expect(state).toEqual({ sum: version });
    expect(version).toBeGreaterThanOrEqual(last);
    last = version;
  }
  await sending;
});

it('holds up no other subject by one that never has a pause', async () => {
  const [slow, quick] = [newSubject(), newSubject()];
  const quickOne = { ended: false };
  const keepBusy = async (): Promise<void> => {
    while (!quickOne.ended) await sendAll([{ type: 'test-counted', subject: slow, data: { add: 1, ms: 300 } }], 1);
  };
  const busy = [keepBusy(), keepBusy()];
  await sendAll([{ type: 'test-counted', subject: quick, data: { add: 1 } }], 1);
  quickOne.ended = true;
  await Promise.all(busy);
});

it('says that an event waits in the mailbox, and refuses more than may wait', async () => {
  const subject = newSubject();
  const [service] = services;
  const events = Array.from({ length: 110 }, (_, index) => ({
    type: 'test-counted',
    subject,
    id: `e${index}`,
    data: { add: 1, ms: index === 0 ? 900 : 0 },
  }));
  const answers = events.map(async (event) => service?.app.request('/v1/events', post(event)));
  const why = await until('an event waits', async () => {
    const answer = await service?.app.request(`/v1/events/s~test-counter~${subject}~e50/why`);
    return answer?.status === 200 && ((await answer.json()) as { reason: string });
  });
  expect(why).toMatchObject({ reason: 'mailbox', status: 'waiting', details: { position: expect.any(Number) } });
  const statuses = (await Promise.all(answers)).map((answer) => answer?.status);
  const refused = statuses.filter((status) => status === 429).length;
  expect(refused).toBeGreaterThan(0);
  expect((await readSubject('test-counter', subject)).version).toBe(110 - refused);
});

it('delivers the callbacks of its events, completed and failed, and again when asked to', async () => {
  const receiver = await startReceiver();
  const subject = newSubject();
  const callback = { url: receiver.url };
  await sendAll(
    Array.from({ length: 6 }, (_, index) => ({
      type: 'test-counted',
      subject,
      id: `e${index}`,
      data: { add: 1, fail: index === 5 },
      callback,
    })),
    6,
  );
  await receiver.waitFor(() => receiver.requests.length >= 6);
  const messages = receiver.requests.map(({ text }) => JSON.parse(text) as { type: string; data: EventResource });
  expect(messages.map(({ data }) => data.version).toSorted((a, b) => (a ?? 0) - (b ?? 0))).toEqual([1, 2, 3, 4, 5, 6]);
  expect(messages.filter(({ type }) => type === 'event.failed')).toHaveLength(1);
  expect(new Set(receiver.requests.map(({ headers }) => headers['webhook-id'])).size).toBe(6);

  const id = `s~test-counter~${subject}~e0`;
  await until(
    'it is on record',
    async () => ((await (await request(`/v1/events/${id}`)).json()) as EventResource).callback.status === 'delivered',
  );
  expect((await request(`/v1/events/${id}/redeliver`, { method: 'POST' })).status).toBe(202);
  await receiver.waitFor(() => receiver.requests.length >= 7);
  await receiver.close();
});

it('lets time pass for subjects of a type by a schedule, until nobody asks for it', async () => {
  const [service] = services;
  if (service === undefined) throw new Error('no service runs');
  const subject = newSubject();
  await sendAll([{ type: 'joy', subject, data: { intensity: 0.5 } }], 1);
  const keep = async (everyMs: number | undefined) =>
    keepTick({ client: service.client, log: toHandlerLog(createLogger('warn')), tick: LIFE_TICK, everyMs });
  await keep(60_000);
  await keep(1_000);
  try {
    await until('a tick is recorded', async () => {
      const { version, state } = await readSubject('life', subject);
      return version > 1 && (state as { ticks: number }).ticks > 0;
    });
  } finally {
    await keep(undefined);
    await keep(undefined);
  }
  const { items } = (await (await request(`/v1/subjects/life/${subject}/events?limit=1`)).json()) as { items: readonly EventResource[] };
  expect(items[0]).toMatchObject({ type: 'life.tick', tier: 'low', status: 'completed' });
});

it('is there for whoever asks after its worker has gone', async () => {
  const subject = newSubject();
  const other = await startTestService();
  const [resource] = await sendAll([{ type: 'test-summed', subject, data: { add: 2 } }], 1, [other]);
  await other.stop();
  expect(await readSubject('test-sum', subject)).toMatchObject({ version: 1, state: { sum: 2 } });
  const handle = services[0]?.client.workflow.getHandle(subjectWorkflowId({ tenant: 'default', type: 'test-sum', id: subject }));
  expect(await handle?.query(OUTCOME_QUERY, { idHash: letterHash(resource?.id ?? '') })).toMatchObject({ id: resource?.id });
});

function newSubject(): string {
  return `subject-${randomUUID()}`;
}

/** So many at a time, by each of the services in turn; all of them ended. */
async function sendAll(events: readonly object[], atOnce: number, by = services): Promise<readonly EventResource[]> {
  const resources: EventResource[] = [];
  const left = [...events.entries()];
  const sender = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const [index, event] = next;
      const response = await by[index % by.length]?.app.request('/v1/events', post(event));
      expect(response?.status).toBe(200);
      resources.push((await response?.json()) as EventResource);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, sender));
  return resources;
}

function post(event: object): RequestInit {
  return { method: 'POST', headers: { 'content-type': 'application/json', prefer: 'wait=30' }, body: JSON.stringify(event) };
}

async function request(path: string, init?: RequestInit): Promise<Response> {
  const [service] = services;
  if (service === undefined) throw new Error('no service runs');
  return service.app.request(path, init);
}

async function readSubject(type: string, id: string): Promise<{ readonly version: number; readonly state: unknown }> {
  return (await (await request(`/v1/subjects/${type}/${id}`)).json()) as { version: number; state: unknown };
}
