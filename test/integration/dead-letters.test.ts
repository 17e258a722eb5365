import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { BatchResource } from '../../domain/batch-resource.ts';
import type { DeadLetterResource } from '../../domain/dead-letter-resource.ts';
import type { EventResource } from '../../domain/event-resource.ts';
import { until } from '../support/until.ts';
import { useFault } from '../support/use-fault.ts';
import { useReceiver, useService } from '../support/use-service.ts';

// A tenant for each test, whose dead letters are its own.
const TENANTS = Array.from({ length: 20 }, (_, index) => `dead-${index}-${randomUUID().slice(0, 8)}`);
const service = useService({ API_KEYS: TENANTS.map((tenant) => `${tenant}:${keyOf(tenant)}`).join(',') });
const receiver = useReceiver();
let tenantsUsed = 0;

describe('events', () => {
  it('are counted by their cause, listed, and replayed as a batch', async () => {
    const { submit, letters, get, events, bulk, endedBulk } = asTenant();
    const { file, mend } = useFault();
    const ids = await Promise.all([1, 2, 3].map(() => submit({ type: 'test-mended', data: { file } })));
    const [letter] = await letters((found) => found[0]?.count === 3);

    expect(letter).toMatchObject({ kind: 'event', type: 'test-mended', stage: 'reserve', code: 'sold_out', message: 'there is none left' });
    expect(ids).toContain(letter?.example);
    expect((await events(letter)).map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
    const alike = { cause: letter?.cause, count: 3 };
    expect(await get(`/v1/events/${ids[0]}/why`)).toMatchObject({
      summary: expect.stringContaining('In all 3 died of the same.'),
      details: { alike },
    });
    expect(await (await bulk(letter, { dryRun: true })).json()).toEqual({ count: 3, skipped: 0 });

    mend();
    const batch = await endedBulk(await bulk(letter, { ratePerSecond: 100 }));
    expect(batch).toMatchObject({ status: 'completed', counts: { total: 3, completed: 3 } });
    expect(batch.name).toBe(`replay of dead letters ${letter?.cause}`);
    await letters((found) => found.length === 0);
    for (const id of ids) expect(await get(`/v1/events/${id}`)).toMatchObject({ status: 'completed', run: 2 });
  });

  it('are counted once, however often they are replayed in vain, and have another cause then', async () => {
    const { submit, post, letters, events } = asTenant();
    const { file } = useFault();
    const id = await submit({ type: 'test-mended', data: { file } });
    await letters((found) => found[0]?.count === 1);
    for (const run of [2, 3]) {
      expect((await post(`/v1/events/${id}/replay`, {})).status).toBe(202);
      await until('it has failed again', async () => {
        const [event] = await events((await letters((found) => found.length > 0))[0]);
        return event?.run === run;
      });
    }
    expect(await letters((found) => found[0]?.count === 1)).toMatchObject([{ code: 'sold_out', count: 1, example: id }]);
  });

  it('are replayed with other data, where they are asked to be', async () => {
    const { submit, letters, get, bulk, endedBulk } = asTenant();
    const [{ file }, other] = [useFault(), useFault()];
    other.mend();
    const ids = await Promise.all([1, 2].map(() => submit({ type: 'test-mended-heavy', data: { file } })));
    const [letter] = await letters((found) => found[0]?.count === 2);
    const patch = [{ op: 'replace', path: '/file', value: other.file }];

    expect(await endedBulk(await bulk(letter, { patch, limit: 1 }))).toMatchObject({ counts: { total: 1, completed: 1 } });
    const [left] = await letters((found) => found[0]?.count === 1);
    expect(await endedBulk(await bulk(left, { patch: [{ op: 'remove', path: '/none' }] }))).toMatchObject({
      status: 'failed',
      failures: [{ cause: 'tickless~order:action:invalid_event', count: 1 }],
    });
    // That one is no dead letter: what it was to make up for still is.
    expect(await letters((found) => found.length > 0)).toMatchObject([{ kind: 'event', count: 1 }]);
    expect(await endedBulk(await bulk(left, { patch }))).toMatchObject({ status: 'completed' });
    for (const id of ids)
      await until('it is completed', async () => ((await get(`/v1/events/${id}`)) as EventResource).status === 'completed');
  });

  it('are those some of whose handlers failed, by the first of these', async () => {
    const { submit, letters, events } = asTenant();
    const id = await submit({ type: 'test-topic', data: { behave: { quick: 'refuse' } } });
    const found = await letters((some) => some.length > 0);

    expect(found).toMatchObject([{ kind: 'event', type: 'test-topic', stage: 'quick', count: 1, example: id }]);
    expect(await events(found[0])).toMatchObject([{ id, status: 'partial' }]);
  });

  it('are those that somebody has ended by hand', async () => {
    const { tenant, submit, letters, bulk, get, endedBulk } = asTenant();
    const id = await submit({ type: 'test-slow-work', data: { ms: 600_000 } });
    await until('it runs', async () => ((await get(`/v1/events/${id}`)) as EventResource).status === 'running');
    await service.client.workflow.getHandle(`${tenant}/${id}`).terminate('by hand');
    const found = await letters((some) => some.length > 0);

    expect(found).toMatchObject([{ kind: 'event', type: 'test-slow-work', stage: null, code: 'terminated', count: 1, example: id }]);
    const patch = [{ op: 'replace', path: '/ms', value: 1 }];
    expect(await endedBulk(await bulk(found[0], { patch }))).toMatchObject({ status: 'completed' });
    await letters((some) => some.length === 0);
  });

  it('are put aside by a discard, until others die of the same', async () => {
    const { submit, post, letters, bulk } = asTenant();
    const { file } = useFault();
    await submit({ type: 'test-mended', data: { file } });
    const [letter] = await letters((found) => found[0]?.count === 1);
    expect(await (await post(`/v1/dead-letters/${letter?.cause}/discard`, {})).json()).toEqual({ cause: letter?.cause, discarded: true });

    await letters((found) => found.length === 0);
    expect((await post(`/v1/dead-letters/${letter?.cause}/discard`, {})).status).toBe(404);
    expect((await bulk(letter, {})).status).toBe(404);
    const id = await submit({ type: 'test-mended', data: { file } });
    expect(await letters((found) => found.length > 0)).toMatchObject([{ cause: letter?.cause, count: 1 }]);
    expect(await (await bulk(letter, { dryRun: true })).json()).toEqual({ count: 1, skipped: 0 });
    expect(id).toBeTruthy();
  });

  it('are seen by their tenant alone', async () => {
    const [mine, other] = [asTenant(), asTenant()];
    const { file } = useFault();
    await mine.submit({ type: 'test-mended', data: { file } });
    const [letter] = await mine.letters((found) => found.length > 0);

    expect(await other.get('/v1/dead-letters')).toMatchObject({ items: [] });
    expect((await other.bulk(letter, {})).status).toBe(404);
    expect((await other.post(`/v1/dead-letters/${letter?.cause}/discard`, {})).status).toBe(404);
  });
});

describe('callbacks that were given up', () => {
  it('are counted by destination and answer, and sent again', async () => {
    const { submit, get, letters, events, bulk, post, endedBulk } = asTenant();
    // It lives, so that its breaker lets each attempt through.
    let status = 404;
    receiver.respond(() => status);
    const { origin } = new URL(receiver.url);
    const ids = await Promise.all([1, 2].map(() => submit({ type: 'test-recorded', data: {}, callback: { url: receiver.url } })));
    const [letter] = await letters((found) => found[0]?.count === 2);
    expect(letter).toMatchObject({
      kind: 'callback',
      type: 'test-recorded',
      stage: null,
      code: 'http_404',
      message: `${origin} answers http_404`,
    });
    expect((await events(letter)).map(({ id }) => id).toSorted()).toEqual(ids.toSorted());

    status = 200;
    expect(await endedBulk(await bulk(letter, { limit: 1 }))).toMatchObject({ status: 'completed', counts: { total: 1 } });
    await letters((found) => found[0]?.count === 1);
    const redeliver = `/v1/destinations/${encodeURIComponent(origin)}/redeliver`;
    const since = new Date(Date.now() - 600_000).toISOString();
    expect(await (await post(redeliver, { since, dryRun: true })).json()).toEqual({ count: 1, skipped: 0 });
    expect(await (await post(redeliver, { since: new Date(Date.now() + 60_000).toISOString(), dryRun: true })).json()).toEqual({
      count: 0,
      skipped: 0,
    });
    expect(await endedBulk(await post(redeliver, { since }))).toMatchObject({ status: 'completed', counts: { total: 1 } });
    await letters((found) => found.length === 0);
    for (const id of ids) expect(await get(`/v1/events/${id}`)).toMatchObject({ callback: { status: 'delivered' } });
  });
});

describe('items of batches', () => {
  it('are counted over batches, and retried by their batches', async () => {
    const { post, letters, events, bulk, endedBulk, endedBatch } = asTenant();
    const { file, mend } = useFault();
    const item = { type: 'test-mended', data: { file } };
    const batches = await Promise.all(
      [
        [item, item],
        [item, { ...item, type: 'test-mended-heavy' }],
      ].map((some) => post('/v1/batches', { events: some })),
    );
    await Promise.all(batches.map(endedBatch));
    const found = await letters((some) => some.length === 2);
    expect(found.toSorted((one, other) => other.count - one.count)).toMatchObject([
      { kind: 'item', type: 'test-mended', stage: 'reserve', code: 'sold_out', message: '', count: 3 },
      { kind: 'item', type: 'test-mended-heavy', stage: 'reserve', code: 'sold_out', message: '', count: 1 },
    ]);
    const letter = found.find(({ count }) => count === 3);
    expect(await events(letter)).toMatchObject([{ type: 'test-mended' }, { type: 'test-mended' }, { type: 'test-mended' }].slice(0, 1));

    mend();
    expect(await (await bulk(letter, { dryRun: true })).json()).toEqual({ count: 3, skipped: 0 });
    expect(await endedBulk(await bulk(letter, {}))).toMatchObject({ status: 'completed', counts: { total: 2 } });
    await letters((some) => some.length === 0);
  });

  it('are put aside by a discard', async () => {
    const { post, letters, endedBatch } = asTenant();
    const { file } = useFault();
    await endedBatch(await post('/v1/batches', { events: [{ type: 'test-mended', data: { file } }] }));
    const [letter] = await letters((some) => some.length === 1);
    expect((await post(`/v1/dead-letters/${letter?.cause}/discard`, {})).status).toBe(200);
    await letters((some) => some.length === 0);
    await endedBatch(await post('/v1/batches', { events: [{ type: 'test-mended', data: { file } }] }));
    expect(await letters((some) => some.length === 1)).toMatchObject([{ cause: letter?.cause, count: 1 }]);
  });
});

describe('events of subjects', () => {
  it('are counted and shown, but can only be put aside', async () => {
    const { submit, post, letters, events, bulk } = asTenant();
    const subject = `subject-${randomUUID()}`;
    const id = await submit({ type: 'test-counted', subject, data: { add: 1, fail: true } });
    const found = await letters((some) => some.length > 0);

    expect(found).toMatchObject([{ kind: 'subject', type: 'test-counted', stage: 'action', code: 'told_to_fail', count: 1, example: id }]);
    expect(await events(found[0])).toMatchObject([{ id, status: 'failed' }]);
    expect(await (await bulk(found[0], { dryRun: true })).json()).toEqual({ count: 0, skipped: 1 });
    expect(await (await bulk(found[0], {})).json()).toMatchObject({ status: 409, code: 'not_replayable' });
    expect((await post(`/v1/dead-letters/${found[0]?.cause}/discard`, {})).status).toBe(200);
    await letters((some) => some.length === 0);
  });
});

it('is a batch of a key, however often it is asked for', async () => {
  const { submit, letters, bulk, endedBulk } = asTenant();
  const { file, mend } = useFault();
  await submit({ type: 'test-mended', data: { file } });
  const [letter] = await letters((found) => found.length > 0);
  mend();
  const asked = await bulk(letter, { ratePerSecond: 1 }, { 'idempotency-key': 'once' });
  const first = (await asked.clone().json()) as { readonly id: string };
  await endedBulk(asked);
  await letters((found) => found.length === 0);
  const again = await bulk(letter, { ratePerSecond: 1 }, { 'idempotency-key': 'once' });
  expect([again.status, await again.json()]).toMatchObject([202, { id: first.id, joined: true, total: 1 }]);
  expect((await bulk(letter, { ratePerSecond: 2 }, { 'idempotency-key': 'once' })).status).toBe(409);
});

it.each([{ limit: 0 }, { ratePerSecond: 0 }, { other: 1 }, { patch: [] }])('refuses %j', async (body) => {
  const { bulk } = asTenant();
  expect((await bulk(undefined, body)).status).toBe(422);
});

function keyOf(tenant: string): string {
  return `key-of-the-tenant-${tenant}`;
}

function asTenant() {
  const tenant = TENANTS[tenantsUsed] ?? '';
  tenantsUsed += 1;
  const headers = { authorization: `Bearer ${keyOf(tenant)}`, 'content-type': 'application/json' };

  async function get(path: string): Promise<unknown> {
    const response = await service.app.request(path, { headers });
    expect([path, response.status]).toEqual([path, 200]);
    return response.json();
  }

  async function post(path: string, body: unknown, more: Record<string, string> = {}): Promise<Response> {
    return service.app.request(path, { method: 'POST', headers: { ...headers, ...more }, body: JSON.stringify(body) });
  }

  async function endedBatch(response: Response): Promise<BatchResource> {
    expect(response.status).toBe(202);
    const { id } = (await response.json()) as { readonly id: string };
    return until('the batch has ended', async () => {
      const found = (await get(`/v1/batches/${id}`)) as BatchResource;
      return found.completedAt !== null && found;
    });
  }

  return {
    tenant,
    get,
    post,
    endedBatch,
    /** It has no item that anybody has counted. */
    endedBulk: endedBatch,
    async submit(event: object): Promise<string> {
      const response = await post('/v1/events', event);
      expect([response.status, await response.clone().json()]).toMatchObject([202, {}]);
      return ((await response.json()) as { readonly id: string }).id;
    },
    /** Once they are as they should be: the index lags a little, and what was counted is kept for a while. */
    letters: (isSo: (found: readonly DeadLetterResource[]) => boolean) =>
      until('the dead letters are as they should be', async () => {
        const { items } = (await get('/v1/dead-letters')) as { readonly items: readonly DeadLetterResource[] };
        return isSo(items) && items;
      }),
    events: async (letter: DeadLetterResource | undefined) =>
      ((await get(`/v1/dead-letters/${letter?.cause}/events`)) as { readonly items: readonly EventResource[] }).items,
    bulk: (letter: DeadLetterResource | undefined, body: object, more?: Record<string, string>) =>
      post(`/v1/dead-letters/${letter?.cause}/replay`, body, more),
  };
}
