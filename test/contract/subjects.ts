import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import type { ApiUnderTest } from './api-under-test.ts';
import { until } from '../support/until.ts';
import { expectProblem, itemsOf, newId, pointersOf, toResource } from './api-under-test.ts';

const shock = { type: 'shock', data: { intensity: -0.8 } };

export function subjects(api: ApiUnderTest): void {
  const newSubject = (): string => `life-${randomUUID()}`;
  const stateOf = async (subject: string) => api.send('GET', `/v1/subjects/life/${subject}`);

  it('applies an event to its subject, and shows both with the version', async () => {
    const subject = newSubject();
    const event = await api.run({ ...shock, subject });
    expect(event).toMatchObject({ status: 'completed', subject, version: 1, ownId: null, result: { decision: { pattern: 'dampen' } } });
    const answer = await stateOf(subject);
    expect(answer.headers.get('etag')).toBe('"1"');
    expect(answer.body).toMatchObject({ type: 'life', id: subject, version: 1, updatedAt: event.completedAt });
    const state = answer.body['state'] as Record<string, number>;
    expect([state['energy'], state['stability'], state['integrity']]).toEqual([
      expect.closeTo(99.695, 9),
      expect.closeTo(0.98, 9),
      expect.closeTo(0.99, 9),
    ]);
    expect(state).toMatchObject({ lifeId: subject, viable: true, weak: false });
  });

  // The vectors of life.md, section 11.
  it.each([
    ['shock', -0.8, '100:1:1', 1, 'dampen', 'dampen', [99.695, 0.98, 0.99]],
    ['shock', -0.8, '20:0.2:0.25', 1, 'amplify', 'dampen', [19.095, 0.14, 0.22]],
    ['noise', 0.3, '60:0.6:0.9', 0.15, 'absorb', 'absorb', [59.9865, 0.5991, 0.9]],
    ['noise', 0.25, '60:0.6:0.9', 0.125, 'absorb', 'ignore', [60, 0.6, 0.9]],
    ['recovery', 0.5, '60:0.6:0.9', 0.5, 'absorb', 'absorb', [60.25, 0.6125, 0.905]],
    ['existential_purpose', 0.7, '80:0.2:0.9', 1, 'amplify', 'amplify', [80.84, 0.284, 0.9525]],
    ['memory_echo', 0.2, '60:0.6:0.9', 0.16, 'absorb', 'absorb', [59.9984, 0.60064, 0.90032]],
    ['idle', 0, '60:0.6:0.9', 0, 'ignore', null, [60, 0.6, 0.9]],
    ['unknown', 0.7, '60:0.6:0.9', 0.7, 'absorb', 'absorb', [60, 0.6, 0.9]],
  ] as const)(
    'lets %s of %s do to a life of %s what the rules say',
    async (type, intensity, vitals, significance, meaning, decision, after) => {
      const subject = `${vitals}:${randomUUID()}`;
      const event = await api.run({ type: 'test-life-event', subject, data: { type, intensity } });
      expect(event.result).toMatchObject({
        meaning: { significance: expect.closeTo(significance, 9), pattern: meaning },
        decision: decision && { pattern: decision },
      });
      const { body } = await api.send('GET', `/v1/subjects/test-life/${subject}`);
      const { energy, stability, integrity } = body['state'] as Record<string, number>;
      expect([energy, stability, integrity]).toEqual(after.map((vital) => expect.closeTo(vital, 9)));
    },
  );

  it('answers 202 once the event is recorded', async () => {
    const subject = newSubject();
    const answer = await api.submit({ ...shock, subject, id: 'one' });
    expect(answer.status).toBe(202);
    const id = String(answer.body['id']);
    expect(id).toMatch(/^[A-Za-z0-9._:@~-]{1,255}$/);
    expect(await api.read(id)).toMatchObject({ id, ownId: 'one', status: 'completed', version: 1 });
  });

  it('applies an event of the same id once', async () => {
    const event = { ...shock, subject: newSubject(), id: newId() };
    const answers = await Promise.all(Array.from({ length: 10 }, () => api.submit(event, { prefer: 'wait=30' })));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(new Set(answers.map((answer) => toResource(answer).version))).toEqual(new Set([1]));
    expectProblem(await api.submit({ ...event, data: { intensity: -0.7 } }), 409, 'id_conflict');
    expect((await stateOf(event.subject)).body).toMatchObject({ version: 1 });
  });

  it('says of an event that was applied before that it joined', async () => {
    const event = { ...shock, subject: newSubject(), id: 'one' };
    expect((await api.submit(event)).body).toMatchObject({ status: 'accepted', joined: false });
    const acceptedAtMs = Date.now();
    await until('the clock has moved on', async () => Date.now() > acceptedAtMs);
    expect((await api.submit(event)).body).toMatchObject({ status: 'completed', joined: true, run: 1 });
  });

  it('tells the same own id of two subjects apart, and from that of an event without one', async () => {
    const id = newId();
    const [one, other] = [newSubject(), newSubject()];
    const events = [
      await api.run({ ...shock, id, subject: one }),
      await api.run({ ...shock, id, subject: other }),
      await api.run({ ...shock, id }),
    ];
    expect(new Set(events.map((event) => event.id)).size).toBe(3);
    expect(events.map(({ version }) => version)).toEqual([1, 1, null]);
  });

  it('takes an Idempotency-Key for the id', async () => {
    const event = { ...shock, subject: newSubject() };
    const headers = { 'idempotency-key': randomUUID(), prefer: 'wait=30' };
    const [first, again] = [await api.submit(event, headers), await api.submit(event, headers)];
    expect(toResource(again)).toMatchObject({ id: toResource(first).id, version: 1, acceptedAt: toResource(first).acceptedAt });
  });

  it('counts every processed event, whatever was decided, and failed ones too', async () => {
    const subject = newSubject();
    expect(await api.run({ type: 'idle', subject, data: { intensity: 0 } })).toMatchObject({ version: 1, result: { decision: null } });
    const failed = await api.run({ type: 'test-counted', subject, data: { add: 1, fail: true } });
    expect(failed).toMatchObject({ status: 'failed', version: 1, error: { code: 'told_to_fail', stage: 'action' } });
    expect(await api.run({ type: 'test-counted', subject, data: { add: 1 } })).toMatchObject({ status: 'completed', version: 2 });
  });

  it('keeps the state of a kind within its bounds and its history', async () => {
    const subject = newSubject();
    for (const add of [60, 60, -5]) await api.run({ type: 'test-counted', subject, data: { add } });
    const { body } = await api.send('GET', `/v1/subjects/test-counter/${subject}`);
    expect(body).toMatchObject({ version: 3, state: { sum: 95, last: [60, -5] } });
  });

  it('refuses an event that expects another version', async () => {
    const subject = newSubject();
    await api.run({ ...shock, subject, expectedVersion: 0 });
    expectProblem(await api.submit({ ...shock, subject, expectedVersion: 0 }), 409, 'version_conflict');
    const stale = await api.submit({ ...shock, subject }, { 'if-match': '"7"' });
    expectProblem(stale, 412, 'precondition_failed');
    expect(stale.headers.get('etag')).toBe('"1"');
    expect((await api.submit({ ...shock, subject }, { 'if-match': '"1"', prefer: 'wait=30' })).body).toMatchObject({ version: 2 });
  });

  it('lets one of many that expect the same version win', async () => {
    const subject = newSubject();
    const answers = await Promise.all(Array.from({ length: 5 }, () => api.submit({ ...shock, subject, expectedVersion: 0 })));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([202, 409, 409, 409, 409]);
  });

  it('joins an event that was applied, whatever version it expected', async () => {
    const event = { ...shock, subject: newSubject(), id: 'one', expectedVersion: 0 };
    await api.run(event);
    await api.run({ ...shock, subject: event.subject });
    expect(await api.run(event)).toMatchObject({ version: 1 });
  });

  it('lists the last events of a subject, the newest first', async () => {
    const subject = newSubject();
    for (const type of ['joy', 'calm', 'joy']) await api.run({ type, subject, data: { intensity: 0.3 } });
    const answer = await api.send('GET', `/v1/subjects/life/${subject}/events`);
    expect(itemsOf(answer).map(({ type, version }) => [type, version])).toEqual([
      ['joy', 3],
      ['calm', 2],
      ['joy', 1],
    ]);
    const list = async (query: string) => await api.send('GET', `/v1/events?subject=life/${subject}&${query}`);
    expect(itemsOf(await list('type=joy')).map(({ version }) => version)).toEqual([3, 1]);
    const first = await list('limit=2');
    await api.run({ type: 'joy', subject, data: { intensity: 0.3 } });
    const second = await list(`limit=2&cursor=${String(first.body['nextCursor'])}`);
    expect([first, second].map((page) => itemsOf(page).map(({ version }) => version))).toEqual([[3, 2], [1]]);
    expect(second.body['nextCursor']).toBeNull();
    expectProblem(await list('cursor=abc'), 422, 'invalid_query');
  });

  it('keeps the last 50 events in full, and of older ones what tells a repeated one', async () => {
    const subject = newSubject();
    const send = (index: number) =>
      api.submit({ type: 'test-counted', subject, id: `event-${index}`, data: { add: 1 } }, { prefer: 'wait=30' });
    const first = await send(0);
    for (let index = 1; index <= 50; index += 1) await send(index);
    const id = toResource(first).id;
    expect((await api.send('GET', `/v1/events/${id}`)).body).toEqual({ id, status: 'completed', version: 1, compacted: true });
    expect(await send(0)).toMatchObject({ status: 200, body: { id, version: 1, compacted: true } });
    expect(await api.read(id.replace('event-0', 'event-1'))).toMatchObject({ version: 2, status: 'completed' });
  });

  it('answers 304 for a version that is known', async () => {
    const subject = newSubject();
    await api.run({ ...shock, subject });
    const answer = await api.send('GET', `/v1/subjects/life/${subject}`, { headers: { 'if-none-match': '"1"' } });
    expect([answer.status, answer.text]).toEqual([304, '']);
  });

  it.each([
    ['subjects/life/nobody'],
    ['subjects/nothing/life-1'],
    ['subjects/life/nobody/events'],
    ['events/s~life~nobody~one'],
    ['events/s~life~nobody~one/why'],
  ])('answers 404 for %s', async (path) => {
    expectProblem(await api.send('GET', `/v1/${path}`), 404, 'not_found');
  });

  it('says that an event has ended, and refuses to cancel it', async () => {
    const { id } = await api.run({ ...shock, subject: newSubject() });
    expect((await api.send('GET', `/v1/events/${id}/why`)).body).toMatchObject({ reason: 'ended' });
    expectProblem(await api.send('POST', `/v1/events/${id}/cancel`), 409, 'already_ended');
    expectProblem(await api.send('POST', '/v1/events/s~life~nobody~one/cancel'), 404, 'not_found');
  });

  it.each([
    ['/delayMs', { delayMs: 5 }],
    ['/subject', { subject: 'life/1' }],
    ['/subject', { subject: 'x'.repeat(81) }],
    ['/expectedVersion', { expectedVersion: -1 }],
    ['/expectedVersion', { subject: undefined, expectedVersion: 1 }],
  ])('points at %s in an event with %o', async (pointer, change) => {
    const answer = await api.submit({ ...shock, subject: 'life-1', ...change });
    expect(pointersOf(expectProblem(answer, 422, 'invalid_event'))).toEqual([pointer]);
  });

  it('takes a list of ETags for each of them, "*" for any, and a weak one for none', async () => {
    const subject = newSubject();
    const send = async (ifMatch: string) => api.submit({ ...shock, subject }, { 'if-match': ifMatch, prefer: 'wait=30' });
    expectProblem(await send('*'), 412, 'precondition_failed');
    expect((await send('"7", "0"')).body).toMatchObject({ version: 1 });
    expect((await send('*')).body).toMatchObject({ version: 2 });
    const weak = await send('W/"2"');
    expectProblem(weak, 412, 'precondition_failed');
    expect(weak.headers.get('etag')).toBe('"2"');
    expectProblem(await send('"0", "1"'), 412, 'precondition_failed');
    expectProblem(await send('"other"'), 412, 'precondition_failed');
    const known = async (tags: string) => api.send('GET', `/v1/subjects/life/${subject}`, { headers: { 'if-none-match': tags } });
    expect((await known('"1", W/"2"')).status).toBe(304);
    expect((await known('"1"')).status).toBe(200);
  });

  it('says what each event has changed, newest first, and which subjects there are', async () => {
    const subject = newSubject();
    await api.run({ ...shock, subject });
    await api.run({ ...shock, subject });
    const [second, first] = itemsOf(await api.send('GET', `/v1/subjects/life/${subject}/changes`));
    expect(first).toMatchObject({ version: 1, events: 1, at: expect.stringMatching(/Z$/) });
    const energies = [first, second].map((item) => leafOf(item, '/energy'));
    expect(energies).toEqual([
      { pointer: '/energy', after: expect.closeTo(99.695, 9) },
      { pointer: '/energy', before: expect.closeTo(99.695, 9), after: expect.any(Number) },
    ]);
    expect(itemsOf(await api.send('GET', `/v1/subjects/life/${subject}/changes?limit=1`))).toEqual([second]);
    await until('it is listed', async () => {
      const page = await api.send('GET', '/v1/subjects?type=life&limit=200');
      return itemsOf(page).some(({ type, id }) => type === 'life' && id === subject);
    });
    expectProblem(await api.send('GET', `/v1/subjects/life/${newSubject()}/changes`), 404, 'not_found');
    expectProblem(await api.send('GET', `/v1/subjects/life/${subject}/changes?limit=0`), 422, 'invalid_query');
    expectProblem(await api.send('GET', '/v1/subjects?limit=x'), 422, 'invalid_query');
  });

  it('takes If-Match for nothing but the ETag of a subject', async () => {
    expectProblem(await api.submit({ ...shock, subject: newSubject() }, { 'if-match': '1' }), 400, 'malformed');
    expectProblem(await api.submit(shock, { 'if-match': '"1"' }), 400, 'malformed');
  });

  it('refuses an event of more than a subject takes at once', async () => {
    const data = { intensity: 0.1, metadata: { note: 'x'.repeat(262_144) } };
    expectProblem(await api.submit({ type: 'joy', subject: newSubject(), data }), 413, 'too_large');
  });
}

function leafOf(item: unknown, pointer: string): unknown {
  const { changes } = item as { readonly changes: readonly { readonly pointer: string }[] };
  return changes.find((change) => change.pointer === pointer);
}
