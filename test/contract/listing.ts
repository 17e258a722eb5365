import { expect, it } from 'vitest';
import { toEventSummary } from '../../domain/event-summary.ts';
import type { EventSummary } from '../../domain/event-summary.ts';
import { until } from '../support/until.ts';
import type { ApiUnderTest } from './api-under-test.ts';
import { expectProblem, itemsOf, newId, pointersOf } from './api-under-test.ts';

const DAY_MS = 24 * 3_600_000;

export function listing(api: ApiUnderTest): void {
  /** The ids that a list shows, once it shows `count`: it may lag behind acceptance. */
  async function listed(query: Readonly<Record<string, string>>, count: number): Promise<readonly string[]> {
    return until(`the list by ${JSON.stringify(query)} has ${count}`, async () => {
      const ids = (await list(query)).map(({ id }) => id);
      return ids.length === count && ids;
    });
  }

  async function list(query: Readonly<Record<string, string>>): Promise<readonly EventSummary[]> {
    const answer = await api.send('GET', `/v1/events?${new URLSearchParams(query).toString()}`);
    expect(answer.status).toBe(200);
    return itemsOf(answer);
  }

  async function submitted(event: object): Promise<string> {
    const id = newId();
    expect((await api.submit({ id, data: { intensity: 0.3 }, ...event })).status).toBe(202);
    return id;
  }

  it('gives summaries, those that were accepted last first', async () => {
    const since = new Date().toISOString();
    const ids: string[] = [];
    for (let count = 1; count <= 4; count += 1) {
      // The second is open for longest.
      ids.unshift(await submitted({ type: 'curiosity', ...(count === 2 && { delayMs: DAY_MS }) }));
      await listed({ type: 'curiosity', since }, count);
    }
    await listed({ type: 'curiosity', status: 'completed', since }, 3);
    const items = await list({ type: 'curiosity', since });
    expect(items.map(({ id }) => id)).toEqual(ids);
    expect(items[0]).toEqual(toEventSummary(await api.read(String(ids[0]))));
  });

  it('shows each once, whatever ends and comes while its pages are followed', async () => {
    const since = new Date().toISOString();
    const ids: string[] = [];
    for (let count = 0; count < 9; count += 1)
      ids.unshift(await submitted({ type: 'test-failing', data: { how: 'twice' }, delayMs: DAY_MS }));
    await listed({ type: 'test-failing', since }, 9);

    const shown: string[] = [];
    let cursor: string | null = '';
    for (let page = 0; cursor !== null; page += 1) {
      const query = new URLSearchParams({ type: 'test-failing', since, limit: '3', ...(cursor !== '' && { cursor }) });
      const answer = await api.send('GET', `/v1/events?${query.toString()}`);
      shown.push(...itemsOf(answer).map(({ id }) => id));
      cursor = answer.body['nextCursor'] as string | null;
      // One that was shown ends, and one that wasn't.
      for (const place of [page * 3, page * 3 + 4]) {
        if (ids[place] !== undefined) await api.send('POST', `/v1/events/${ids[place]}/cancel`);
      }
      const ended = [0, 3, 6].slice(0, page + 1).length + [4, 7].slice(0, page + 1).length;
      await listed({ type: 'test-failing', status: 'cancelled', since }, ended);
      if (page === 0) await submitted({ type: 'test-failing', data: { how: 'twice' }, delayMs: DAY_MS });
    }
    expect(shown).toEqual(ids);
  });

  it('selects by type', async () => {
    const since = new Date().toISOString();
    const id = await submitted({ type: 'comfort' });
    await submitted({ type: 'discomfort' });
    expect(await listed({ type: 'comfort', since }, 1)).toEqual([id]);
  });

  it('selects by tier', async () => {
    const since = new Date().toISOString();
    const bulk = await submitted({ type: 'fatigue', tier: 'bulk' });
    const low = await submitted({ type: 'fatigue', tier: 'low' });
    expect(await listed({ type: 'fatigue', tier: 'bulk', since }, 1)).toEqual([bulk]);
    expect(await listed({ type: 'fatigue', tier: 'low', since }, 1)).toEqual([low]);
  });

  it('selects by status, where an open one selects all that are open', async () => {
    const since = new Date().toISOString();
    const completed = await submitted({ type: 'test-failing', data: { how: 'twice' } });
    const failed = await submitted({ type: 'test-failing', data: { how: 'permanently' } });
    const cancelled = await submitted({ type: 'test-failing', data: { how: 'twice' }, delayMs: DAY_MS });
    const waiting = await submitted({ type: 'test-failing', data: { how: 'twice' }, delayMs: DAY_MS });
    await api.send('POST', `/v1/events/${cancelled}/cancel`);
    for (const [status, id] of Object.entries({ completed, failed, cancelled, accepted: waiting, waiting, running: waiting })) {
      expect(await listed({ type: 'test-failing', status, since }, 1)).toEqual([id]);
    }
    const [open] = await list({ type: 'test-failing', status: 'running', since });
    expect(open).toMatchObject({ status: 'waiting' });
  });

  it('selects what was accepted since a time', async () => {
    const { acceptedAt } = await api.run({ type: 'boredom', data: { intensity: -0.3 } });
    await until('the clock has moved on', async () => Date.now() > Date.parse(acceptedAt));
    const later = new Date(Date.now() + DAY_MS).toISOString();
    expect(await list({ type: 'boredom', since: later })).toEqual([]);
    const since = new Date().toISOString();
    const id = await submitted({ type: 'boredom' });
    expect(await listed({ type: 'boredom', since }, 1)).toEqual([id]);
  });

  it.each(['9999-12-31T23:59:59-23:59', '9999-12-31T23:59:59.999999999Z'])('finds nothing since %s', async (since) => {
    expect(await list({ since })).toEqual([]);
  });

  it('takes a time before all events for no limit', async () => {
    const id = await submitted({ type: 'anticipation' });
    await until('the event is listed', async () =>
      (await list({ type: 'anticipation', since: '0000-01-01T00:00:00+23:59' })).some((item) => item.id === id),
    );
  });

  it.each([`o'brien`, `back\\slash`, `'; --`, `ü "x" %_*`, '%27', 'a\u0000b\n', ' ', "'".repeat(85)])(
    'takes the subject %j for what it is',
    async (subject) => {
      const since = new Date().toISOString();
      const id = await submitted({ type: 'test-recorded', data: {}, subject });
      await submitted({ type: 'test-recorded', data: {}, subject: 'another' });
      expect(await listed({ subject, since }, 1)).toEqual([id]);
    },
  );

  it.each(['customers/42', 'life', 'a/b/c', 'test-counter/'])(
    'takes the subject %j for a text, since there is no such kind',
    async (subject) => {
      const since = new Date().toISOString();
      const id = await submitted({ type: 'test-recorded', data: {}, subject });
      expect(await listed({ subject, since, type: 'test-recorded' }, 1)).toEqual([id]);
      if (subject !== 'life') expect(await listed({ subject, since }, 1)).toEqual([id]);
    },
  );

  it('lists by an id alone what the type beside it says', async () => {
    const subject = newId();
    const kept = await api.run({ type: 'joy', subject, data: { intensity: 0.3 } });
    const carried = await submitted({ type: 'test-recorded', data: {}, subject });
    expect(await listed({ subject, type: 'joy' }, 1)).toEqual([kept.id]);
    expect(await listed({ subject, type: 'calm' }, 0)).toEqual([]);
    expect(await listed({ subject: `life/${subject}` }, 1)).toEqual([kept.id]);
    expect(await listed({ subject, type: 'test-recorded' }, 1)).toEqual([carried]);
    for (const query of [`subject=${subject}`, 'subject=customers/42&type=joy']) {
      const answer = await api.send('GET', `/v1/events?${query}`);
      expect(pointersOf(expectProblem(answer, 422, 'invalid_query'))).toEqual(['subject']);
      expect(answer.body['detail']).toContain('"life/');
    }
  });

  it.each([`x' OR 'a' = 'a`, `\\' OR Tenant = 'x`, '\u0000', 'x'.repeat(128)])('takes the type %j for what it is', async (type) => {
    expect(await list({ type })).toEqual([]);
  });

  it('gives pages, each with the way to the next, until all have been shown once', async () => {
    const since = new Date().toISOString();
    const ids: string[] = [];
    for (let count = 0; count < 5; count += 1) ids.push(await submitted({ type: 'inspiration', tier: 'bulk' }));
    await listed({ type: 'inspiration', status: 'completed', since }, 5);

    const shown: string[] = [];
    let next = `/v1/events?${new URLSearchParams({ type: 'inspiration', tier: 'bulk', since, limit: '2' }).toString()}`;
    while (next !== '') {
      const page = await api.send('GET', next);
      expect(page.status).toBe(200);
      expect(itemsOf(page).length).toBeLessThanOrEqual(2);
      shown.push(...itemsOf(page).map(({ id }) => id));
      const link = page.headers.get('link');
      next = /^<(\/v1\/events\?[^>]+)>; rel="next"$/.exec(link ?? '')?.[1] ?? '';
      const cursor = new URL(next, 'http://any').searchParams.get('cursor');
      expect(page.body['nextCursor']).toBe(cursor);
    }
    expect(shown).toHaveLength(5);
    expect([...shown].sort()).toEqual([...ids].sort());
  });

  it('says that there is no next page', async () => {
    const answer = await api.send('GET', '/v1/events?type=clarity_moment&since=2100-01-01T00:00:00Z');
    expect(answer.body).toEqual({ items: [], nextCursor: null });
    expect(answer.headers.get('link')).toBeNull();
  });

  it.each([
    'limit=0',
    'limit=201',
    'limit=1.5',
    'limit=many',
    'limit=',
    'status=done',
    'tier=urgent',
    'tier=500',
    'since=yesterday',
    'type=',
    'stauts=failed',
  ])('answers 422 for the query %j and names the parameter', async (query) => {
    const faults = expectProblem(await api.send('GET', `/v1/events?${query}`), 422, 'invalid_query');
    expect(pointersOf(faults)).toEqual([query.split('=')[0]]);
  });

  it.each([
    ['type=joy&type=calm', 'type'],
    ['limit=5&limit=5', 'limit'],
    ['tier=low&%74ier=high', 'tier'],
    ['type=%ff', 'type'],
    ['%zz=1', '%zz'],
    ['__proto__=1', '__proto__'],
    ['constructor=1', 'constructor'],
    [`subject=${'%22'.repeat(86)}`, 'subject'],
  ])('answers 422 for the query %j, which has no one meaning', async (query, name) => {
    const faults = expectProblem(await api.send('GET', `/v1/events?${query}`), 422, 'invalid_query');
    expect(pointersOf(faults)).toEqual([name]);
  });

  it('names every faulty parameter at once', async () => {
    const faults = expectProblem(await api.send('GET', '/v1/events?limit=0&tier=urgent&page=2'), 422, 'invalid_query');
    expect(pointersOf(faults)).toEqual(['limit', 'page', 'tier']);
  });

  it.each(['nonsense', '!', '', 'bm9uc2Vuc2U', 'AAAA', 'eyJhIjoxfQ.x'])('answers 422 for the cursor %j', async (cursor) => {
    const faults = expectProblem(await api.send('GET', `/v1/events?cursor=${cursor}`), 422, 'invalid_query');
    expect(pointersOf(faults)).toEqual(['cursor']);
  });
}
