import { expect, it } from 'vitest';
import type { BatchResource } from '../../domain/batch-resource.ts';
import { until } from '../support/until.ts';
import { expectProblem, itemsOf, JSON_HEADERS, newId, pointersOf } from './api-under-test.ts';
import type { Answer, ApiUnderTest } from './api-under-test.ts';

const joy = { type: 'joy', data: { intensity: 0.3 } };
const failing = { type: 'test-failing', data: { how: 'permanently' } };
const slow = { type: 'test-slow-work', data: { ms: 20_000 } };

/** What a batch promises: a verdict for each of its items, counts that add up, and one who steers. */
export function batches(api: ApiUnderTest): void {
  const post = (body: unknown, query = ''): Promise<Answer> =>
    api.send('POST', `/v1/batches${query}`, { headers: JSON_HEADERS, body: JSON.stringify(body) });
  const postLines = (lines: readonly string[], query = '', type = 'application/x-ndjson'): Promise<Answer> =>
    api.send('POST', `/v1/batches${query}`, { headers: { 'content-type': type }, body: lines.join('\n') });
  const read = async (id: string): Promise<BatchResource> => {
    const answer = await api.send('GET', `/v1/batches/${encodeURIComponent(id)}`);
    expect(answer.status).toBe(200);
    return answer.body as unknown as BatchResource;
  };
  const steer = (id: string, action: string): Promise<Answer> => api.send('POST', `/v1/batches/${encodeURIComponent(id)}/${action}`);
  const items = (id: string, query = ''): Promise<Answer> => api.send('GET', `/v1/batches/${encodeURIComponent(id)}/items${query}`);
  const readUntil = (id: string, status: BatchResource['status']): Promise<BatchResource> =>
    until(`the batch "${id}" is ${status}`, async () => {
      const batch = await read(id);
      expect(addUp(batch)).toBe(batch.counts.total);
      return batch.status === status && batch;
    });

  it('runs all of its items, and has each under its own id', async () => {
    const id = newId();
    const accepted = await post({ id, name: 'three', events: [joy, joy, joy] });
    expect(accepted.status).toBe(202);
    expect(accepted.headers.get('location')).toBe(`/v1/batches/${id}`);
    expect(accepted.body).toEqual({
      id,
      status: 'accepted',
      joined: false,
      total: 3,
      accepted: 3,
      rejected: [],
      rejectedCount: 0,
      links: { self: `/v1/batches/${id}`, items: `/v1/batches/${id}/items`, stream: `/v1/batches/${id}/stream` },
    });
    expect(await readUntil(id, 'completed')).toMatchObject({
      id,
      name: 'three',
      mode: 'concurrent',
      counts: { total: 3, pending: 0, running: 0, completed: 3, failed: 0, cancelled: 0 },
      percent: 100,
      etaSeconds: null,
      failures: [],
    });
    expect(await api.read(`${id}_1`)).toMatchObject({ id: `${id}_1`, batchId: id, status: 'completed', attempts: { action: 1 } });
    const answer = await api.send('GET', `/v1/events/${id}_3`);
    expectProblem(answer, 404, 'not_found');
  });

  it('goes on past items that fail or were no events, and says why by cause', async () => {
    const id = newId();
    const accepted = await post({ id, events: [joy, failing, { type: 'no-such' }, { ...joy, data: { intensity: 7 } }, 5] });
    expect(accepted.body).toMatchObject({ total: 5, accepted: 2, rejectedCount: 3 });
    const rejected = accepted.body['rejected'] as readonly { index: number; errors: { pointer: string }[] }[];
    expect(rejected.map(({ index, errors }) => [index, errors[0]?.pointer])).toEqual([
      [2, '/type'],
      [3, '/data/intensity'],
      [4, ''],
    ]);
    const batch = await readUntil(id, 'partial');
    expect(batch.counts).toMatchObject({ completed: 1, failed: 4 });
    expect(batch.failures).toHaveLength(4);
    expect(batch.failures).toContainEqual({ cause: 'test-failing:action:told_to_fail', count: 1, example: `${id}_1` });
    expect(await api.read(`${id}_1`)).toMatchObject({ status: 'failed', error: { code: 'told_to_fail' } });
    expect(await api.read(`${id}_2`)).toMatchObject({ status: 'failed', type: 'no-such', error: { code: 'invalid_event' } });
    const failed = itemsOf(await items(id, '?status=failed'));
    expect(failed.map((item) => [(item as unknown as { index: number }).index, item.status])).toEqual(
      [1, 2, 3, 4].map((i) => [i, 'failed']),
    );
  });

  it('reads lines, of which a bad one is a failed item', async () => {
    const id = newId();
    const lines = [JSON.stringify(joy), '{"type": "joy"', '', `${JSON.stringify(joy)}\r`];
    const accepted = await postLines(lines, `?id=${id}&name=lines&mode=sequential`);
    expect(accepted.status).toBe(202);
    expect(accepted.body).toMatchObject({ id, total: 3, accepted: 2, rejectedCount: 1, rejected: [{ index: 1 }] });
    expect(await readUntil(id, 'partial')).toMatchObject({ name: 'lines', mode: 'sequential', counts: { completed: 2, failed: 1 } });
  });

  it('rejects the items that would be kept as something else, and no other', async () => {
    const lossy = ['{"type":"joy","data":{"intensity":0.3,"metadata":{"a":1e400}}}', '{"type":"joy","type":"calm"}', '[9007199254740993]'];
    const expected = [
      { index: 1, errors: [{ pointer: '/data/metadata/a' }] },
      { index: 2, errors: [{ pointer: '/type' }] },
      { index: 3, errors: [{ pointer: '/0' }] },
    ];
    const lines = [JSON.stringify(joy), ...lossy];
    expect((await postLines(lines)).body).toMatchObject({ total: 4, accepted: 1, rejected: expected });
    const send = async (body: string, query = ''): Promise<Answer> =>
      api.send('POST', `/v1/batches${query}`, { headers: JSON_HEADERS, body });
    expect((await send(`{"events":[${lines.join(',')}]}`)).body).toMatchObject({ total: 4, accepted: 1, rejected: expected });
    const strict = await send(`{"events":[${lines.join(',')}]}`, '?strict=true');
    expect(pointersOf(expectProblem(strict, 422, 'invalid_event'))).toEqual(['/events/1/data/metadata/a']);
    const twice = await send('{"events":[1],"events":[2],"maxParallel":1e400}');
    expect(pointersOf(expectProblem(twice, 422, 'invalid_event'))).toEqual(['/events', '/maxParallel']);
    const many = await send(`{"events":[${'1e400,'.repeat(1_001)}1]}`);
    expect(expectProblem(many, 422, 'invalid_event')[0]).toMatchObject({ pointer: '/events/0' });
  });

  it.each(['application/jsonl', 'application/x-ndjson; charset=utf-8'])('reads lines sent as %s', async (type) => {
    expect((await postLines([JSON.stringify(joy)], '', type)).status).toBe(202);
  });

  it('makes an id for a batch that has none', async () => {
    const { body } = await post({ events: [joy] });
    expect(await readUntil(String(body['id']), 'completed')).toMatchObject({ id: body['id'] });
  });

  it('joins the same batch, and refuses another under its id', async () => {
    const id = newId();
    const asked = { id, events: [joy, failing] };
    await post(asked);
    expect((await post(asked)).body).toMatchObject({ id, total: 2, joined: true, run: 1 });
    await readUntil(id, 'partial');
    expect(await post(asked)).toMatchObject({ status: 202, body: { id, status: 'partial', joined: true, run: 1, total: 2 } });
    expect((await read(id)).run).toBe(1);
    expectProblem(await post({ id, events: [joy] }), 409, 'id_conflict');
    expectProblem(await post({ ...asked, mode: 'sequential' }), 409, 'id_conflict');
  });

  it('is refused as a whole where it is to be strict', async () => {
    const id = newId();
    const faults = expectProblem(await post({ id, events: [joy, { type: 'no-such' }] }, '?strict=true'), 422, 'invalid_event');
    expect(pointersOf(faults)).toEqual(['/events/1/type']);
    expect((await api.send('GET', `/v1/batches/${id}`)).status).toBe(404);
    expectProblem(await postLines(['{'], '?strict=true'), 422, 'invalid_event');
  });

  it.each([
    ['no events', { events: [] }, '/events'],
    ['no list of events', {}, '/events'],
    ['an unknown field', { events: [joy], parallel: 3 }, '/parallel'],
    ['an unknown mode', { events: [joy], mode: 'fast' }, '/mode'],
    ['no room', { events: [joy], maxParallel: 0 }, '/maxParallel'],
    ['an id that cannot be asked for', { events: [joy], id: 'a/b' }, '/id'],
    ['a callback to a private address', { events: [joy], callback: { url: 'http://10.0.0.1/' } }, '/callback/url'],
  ])('refuses %s', async (_, body, pointer) => {
    expect(pointersOf(expectProblem(await post(body), 422, 'invalid_event'))).toEqual([pointer]);
  });

  it('refuses a body that is neither JSON nor lines', async () => {
    expectProblem(await postLines([''], '', 'text/plain'), 415, 'unsupported_media_type');
    expectProblem(await api.send('POST', '/v1/batches', { headers: JSON_HEADERS, body: '{' }), 400, 'malformed');
    expectProblem(await postLines([]), 422, 'invalid_event');
    expectProblem(await postLines([JSON.stringify(joy)], '?paralel=3'), 422, 'invalid_query');
  });

  it('starts nothing while it is paused, and goes on when it is resumed', async () => {
    const id = newId();
    await post({ id, mode: 'sequential', events: [slow, joy] });
    await until('it has begun', async () => (await read(id)).counts.running === 1);
    expect((await steer(id, 'pause')).status).toBe(202);
    expect(await read(id)).toMatchObject({ status: 'paused', counts: { pending: 1, running: 1 }, etaSeconds: null });
    expect((await steer(id, 'resume')).status).toBe(202);
    expect((await read(id)).status).toBe('running');
    await steer(id, 'cancel');
    await readUntil(id, 'cancelled');
  });

  it('is cancelled with what runs and what waits', async () => {
    const id = newId();
    await post({ id, maxParallel: 1, events: [slow, joy, joy] });
    await until('it has begun', async () => (await api.read(`${id}_0`)).status === 'running');
    expect((await steer(id, 'cancel')).status).toBe(202);
    expect((await readUntil(id, 'cancelled')).counts).toMatchObject({ completed: 0, cancelled: 3 });
    expect((await api.read(`${id}_0`)).status).toBe('cancelled');
    expect((await api.read(`${id}_2`)).status).toBe('cancelled');
    for (const action of ['pause', 'resume', 'cancel']) expectProblem(await steer(id, action), 409, 'already_ended');
  });

  it('runs the failed items again, and only them', async () => {
    const id = newId();
    await post({ id, events: [joy, failing, joy] });
    await readUntil(id, 'partial');
    expect((await steer(id, 'retry-failed')).status).toBe(202);
    const batch = await until('it has ended again', async () => {
      const now = await read(id);
      return now.run === 2 && now.completedAt !== null && now;
    });
    expect(batch).toMatchObject({ status: 'partial', counts: { completed: 2, failed: 1 } });
    expect(await api.read(`${id}_0`)).toMatchObject({ run: 1, status: 'completed' });
    expect(await api.read(`${id}_1`)).toMatchObject({ run: 2, status: 'failed' });
  });

  it('has each subject process its items in their order, and no failed one stops the rest', async () => {
    const id = newId();
    const counted = (subject: string, add: number, fail = false) => ({ type: 'test-counted', subject, data: { add, fail } });
    const events = [counted(`${id}-a`, 1), counted(`${id}-b`, 5), counted(`${id}-a`, 2, true), joy, counted(`${id}-a`, 3)];
    await post({ id, events });
    expect(await readUntil(id, 'partial')).toMatchObject({
      counts: { completed: 4, failed: 1 },
      failures: [{ cause: 'test-counted:action:told_to_fail', example: `${id}_2` }],
    });
    const subject = await api.send('GET', `/v1/subjects/test-counter/${id}-a`);
    expect(subject.body).toMatchObject({ version: 3, state: { sum: 4, last: [1, 3] } });
    expect(await api.read(`${id}_4`)).toMatchObject({ id: `${id}_4`, status: 'completed', subject: `${id}-a`, version: 3, batchId: id });
    expect(itemsOf(await api.send('GET', `/v1/subjects/test-counter/${id}-a/events`)).map((item) => item.id)).toHaveLength(3);
    await steer(id, 'retry-failed');
    await until('it has been tried again', async () => (await read(id)).run === 2 && (await read(id)).completedAt !== null);
    expect((await api.send('GET', `/v1/subjects/test-counter/${id}-a`)).body).toMatchObject({ version: 4 });
    const unexpected = await post({ events: [{ ...counted(`${id}-a`, 1), expectedVersion: 4 }] });
    expect(unexpected.body).toMatchObject({ rejected: [{ errors: [{ pointer: '/expectedVersion' }] }] });
  });

  it('lists its items page by page', async () => {
    const id = newId();
    await post({ id, events: [joy, joy, joy, joy, joy] });
    await readUntil(id, 'completed');
    const first = await items(id, '?limit=2');
    expect(itemsOf(first).map((item) => item.id)).toEqual([`${id}_0`, `${id}_1`]);
    expect(first.headers.get('link')).toContain('rel="next"');
    const second = await items(id, `?limit=3&cursor=${String(first.body['nextCursor'])}`);
    expect(itemsOf(second).map((item) => item.id)).toEqual([`${id}_2`, `${id}_3`, `${id}_4`]);
    expect(second.body['nextCursor']).toBeNull();
    expectProblem(await items(id, '?cursor=nonsense'), 422, 'invalid_query');
    expectProblem(await items(id, '?status=done'), 422, 'invalid_query');
  });

  it('has its items in the list of events, where it is asked for', async () => {
    const id = newId();
    await post({ id, events: [joy, failing] });
    await readUntil(id, 'partial');
    expect(itemsOf(await api.send('GET', `/v1/events?batch=${id}`)).map((item) => item.id)).toEqual([`${id}_0`, `${id}_1`]);
    expect(itemsOf(await api.send('GET', `/v1/events?batch=${id}&status=failed`)).map((item) => item.id)).toEqual([`${id}_1`]);
    expect(itemsOf(await api.send('GET', `/v1/events?batch=${newId()}`))).toEqual([]);
    expectProblem(await api.send('GET', `/v1/events?batch=${id}&type=joy`), 422, 'invalid_query');
  });

  it('is in the list of batches', async () => {
    const id = newId();
    await post({ id, events: [joy] });
    await readUntil(id, 'completed');
    await until('the list has it', async () => {
      const answer = await api.send('GET', '/v1/batches?status=completed&limit=200');
      return (answer.body['items'] as readonly BatchResource[]).some((batch) => batch.id === id);
    });
  });

  it('is streamed to its end', async () => {
    const id = newId();
    await post({ id, events: [joy, failing] });
    const answer = await api.send('GET', `/v1/batches/${id}/stream`);
    expect(answer.headers.get('content-type')).toBe('text/event-stream');
    expect(answer.text).toMatch(/^event: partial$/m);
    const last =
      answer.text
        .match(/^data: (.*)$/gm)
        ?.at(-1)
        ?.slice(6) ?? '{}';
    expect(JSON.parse(last)).toMatchObject({ id, counts: { total: 2, completed: 1, failed: 1 } });
  });

  it.each(['', '/items', '/stream'])('has nothing at %j of a batch that there is not', async (path) => {
    expectProblem(await api.send('GET', `/v1/batches/${newId()}${path}`), 404, 'not_found');
    expectProblem(await steer(newId(), 'cancel'), 404, 'not_found');
  });
}

function addUp({ counts }: BatchResource): number {
  return counts.pending + counts.running + counts.completed + counts.failed + counts.cancelled;
}
