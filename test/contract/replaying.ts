import { expect, it } from 'vitest';
import type { ApiUnderTest, Answer } from './api-under-test.ts';
import { expectProblem, itemsOf, JSON_HEADERS, newId, pointersOf, toResource } from './api-under-test.ts';
import { until } from '../support/until.ts';
import type { Fault } from '../support/use-fault.ts';
import { useFault } from '../support/use-fault.ts';

const DAY_MS = 24 * 3_600_000;

const dataOf = ({ file }: Fault) => ({ file });

export function replaying(api: ApiUnderTest): void {
  const replay = (id: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answer> =>
    api.send('POST', `/v1/events/${encodeURIComponent(id)}/replay`, {
      ...(body === undefined ? { headers } : { headers: { ...JSON_HEADERS, ...headers }, body: JSON.stringify(body) }),
    });

  it.each(['test-mended', 'test-mended-heavy'])('goes on at the stage that failed, with the results before it: %s', async (type) => {
    const { file, mend } = useFault();
    const failed = await api.run({ type, id: newId(), data: { file } });
    expect(failed).toMatchObject({ run: 1, status: 'failed', stage: 'reserve', attempts: { price: 1, reserve: 1 } });
    mend();

    const answer = await replay(failed.id, undefined, { prefer: 'wait=30' });

    expect([answer.status, answer.headers.get('preference-applied')]).toEqual([200, 'wait=30']);
    const price = failed.result?.['price'];
    expect(toResource(answer)).toMatchObject({
      id: failed.id,
      run: 2,
      status: 'completed',
      acceptedAt: failed.acceptedAt,
      error: null,
      attempts: { price: 1, reserve: 1 },
      result: { price, reserve: { quote: (price as { quote: string }).quote, attempt: 1, idempotencyKey: `${failed.id}/2/reserve` } },
    });
    expect(await api.readUntil(failed.id, 'completed')).toMatchObject({ run: 2 });
  });

  it('is advised by what an event has failed of', async () => {
    const { id, error } = await api.run({ type: 'test-mended', id: newId(), data: dataOf(useFault()) });

    expect((await api.send('GET', `/v1/events/${id}/why`)).body).toMatchObject({
      reason: 'ended',
      summary: expect.stringMatching(/^Its reserve failed after 1 attempt with .*`tickless replay /),
      details: { failures: [{ at: 'reserve', code: error?.code, attempts: 1 }], replay: 'when_mended' },
    });
  });

  it('says that it is durable, and where it is seen', async () => {
    const { id } = await api.run({ type: 'test-mended', id: newId(), data: dataOf(useFault()) });
    const answer = await replay(id);
    const self = `/v1/events/${id}`;
    expect([answer.status, answer.headers.get('location')]).toEqual([202, self]);
    expect(answer.body).toEqual({
      id,
      type: 'test-mended',
      tier: 'normal',
      status: 'accepted',
      joined: false,
      run: 2,
      links: { self, stream: `${self}/stream`, why: `${self}/why` },
    });
    await until('the second run has failed, too', async () => (await api.read(id)).run === 2 && (await api.read(id)).status === 'failed');
  });

  it('begins at the first stage where that is asked for', async () => {
    const { file, mend } = useFault();
    const failed = await api.run({ type: 'test-mended', id: newId(), data: { file } });
    mend();
    const again = toResource(await replay(failed.id, { from: 'start' }, { prefer: 'wait=30' }));
    expect(again).toMatchObject({ run: 2, status: 'completed', attempts: { price: 1, reserve: 1 } });
    expect(again.result?.['price']).not.toEqual(failed.result?.['price']);
  });

  it('patches the data, and then begins at the first stage', async () => {
    const { file, mend } = useFault();
    const event = { type: 'test-mended', id: newId(), data: { file: `${file}-of-another`, cents: 7 } };
    await api.run(event);
    mend();
    const patch = [
      { op: 'test', path: '/cents', value: 7 },
      { op: 'replace', path: '/file', value: file },
      { op: 'remove', path: '/cents' },
    ];
    const again = toResource(await replay(event.id, { patch }, { prefer: 'wait=30' }));
    expect(again).toMatchObject({ run: 2, status: 'completed', data: { file, cents: 1 }, result: { price: { cents: 1 } } });
    expect((await api.submit(event, { prefer: 'wait=30' })).body).toMatchObject({ run: 2, status: 'completed', data: { file, cents: 1 } });
  });

  it('patches the data and keeps the results, where both are asked for', async () => {
    const { file, mend } = useFault();
    const failed = await api.run({ type: 'test-mended', id: newId(), data: { file: `${file}-of-another` } });
    mend();
    const asked = { from: 'stage', patch: [{ op: 'replace', path: '/file', value: file }] };
    const again = toResource(await replay(failed.id, asked, { prefer: 'wait=30' }));
    expect(again).toMatchObject({ run: 2, status: 'completed', result: { price: failed.result?.['price'] } });
  });

  it('runs again what was cancelled, without its delay', async () => {
    const id = newId();
    await api.submit({ type: 'joy', id, data: { intensity: 0.3 }, delayMs: DAY_MS });
    await api.send('POST', `/v1/events/${id}/cancel`);
    await api.readUntil(id, 'cancelled');
    expect(toResource(await replay(id, {}, { prefer: 'wait=30' }))).toMatchObject({ run: 2, status: 'completed' });
  });

  it('counts on, run by run', async () => {
    const { file, mend } = useFault();
    const { id } = await api.run({ type: 'test-mended', id: newId(), data: { file } });
    for (const run of [2, 3]) {
      expect(toResource(await replay(id, {}, { prefer: 'wait=30' }))).toMatchObject({ run, status: 'failed', stage: 'reserve' });
    }
    mend();
    expect(toResource(await replay(id, {}, { prefer: 'wait=30' }))).toMatchObject({ run: 4, status: 'completed' });
  });

  it('begins one run, whoever asks for the same at once', async () => {
    const { id } = await api.run({ type: 'test-mended-heavy', id: newId(), data: dataOf(useFault()) });
    // It goes on for as long as anybody asks: once it had ended, a request would be one to replay that run.
    const asked = { patch: [{ op: 'replace', path: '/ms', value: DAY_MS }] };
    const answers = await Promise.all(Array.from({ length: 5 }, () => replay(id, asked)));
    const begun = answers.filter(({ status }) => status === 202);
    expect(begun.length).toBeGreaterThan(0);
    expect(begun.map(({ body }) => body['run'])).toEqual(begun.map(() => 2));
    expect(begun.filter(({ body }) => body['joined'] === false)).toHaveLength(1);
    for (const answer of answers.filter(({ status }) => status !== 202)) expectProblem(answer, 409, 'not_replayable');
    await api.send('POST', `/v1/events/${id}/cancel`);
    expect(await api.readUntil(id, 'cancelled')).toMatchObject({ run: 2 });
  });

  it('is safe to repeat with an idempotency key', async () => {
    const { id } = await api.run({ type: 'test-mended', id: newId(), data: dataOf(useFault()) });
    const headers = { 'idempotency-key': newId() };
    expect((await replay(id, {}, headers)).body).toMatchObject({ run: 2, joined: false });
    const repeated = await replay(id, {}, { ...headers, prefer: 'wait=30' });
    expect([repeated.status, toResource(repeated)]).toMatchObject([200, { run: 2, status: 'failed' }]);
    const third = await replay(id, {}, headers);
    expect([third.status, third.body]).toMatchObject([202, { run: 2, joined: true, status: 'failed' }]);
    expectProblem(await replay(id, { from: 'start' }, headers), 409, 'id_conflict');
    expectProblem(await replay(id, {}, { 'idempotency-key': '' }), 400, 'malformed');
  });

  it('shows a replayed event once in lists, as its newest run', async () => {
    const { file, mend } = useFault();
    const subject = newId();
    const { id } = await api.run({ type: 'test-mended', id: newId(), subject, data: { file } });
    const other = await api.run({ type: 'test-mended', id: newId(), subject, data: { file } });
    mend();
    await replay(id, {}, { prefer: 'wait=30' });
    const list = async (query: string) =>
      itemsOf(await api.send('GET', `/v1/events?type=test-mended&${query}`)).flatMap((item) =>
        item.id === id || item.id === other.id ? [[item.id, item.run, item.status]] : [],
      );
    await until('the index knows it', async () => (await list(`subject=${subject}&status=completed`)).length === 1);
    expect(await list(`subject=${subject}&status=completed`)).toEqual([[id, 2, 'completed']]);
    expect(await list(`subject=${subject}&status=failed`)).toEqual([[other.id, 1, 'failed']]);
    // Where it was accepted.
    for (const query of [`subject=${subject}`, 'limit=200']) {
      expect(await list(query)).toEqual([
        [other.id, 1, 'failed'],
        [id, 2, 'completed'],
      ]);
    }
  });

  it('refuses what is completed, and what has not ended', async () => {
    const completed = await api.run({ type: 'joy', id: newId(), data: { intensity: 0.3 } });
    expectProblem(await replay(completed.id), 409, 'not_replayable');
    const waiting = newId();
    await api.submit({ type: 'joy', id: waiting, data: { intensity: 0.3 }, delayMs: DAY_MS });
    expectProblem(await replay(waiting), 409, 'not_replayable');
  });

  it('refuses events of subjects, and items of batches', async () => {
    const applied = await api.run({ type: 'test-counted', id: newId(), subject: newId(), data: { add: 1, fail: true } });
    expectProblem(await replay(applied.id), 409, 'not_replayable');
    const batch = newId();
    const events = [{ type: 'test-mended', data: dataOf(useFault()) }];
    await api.send('POST', '/v1/batches', { headers: JSON_HEADERS, body: JSON.stringify({ id: batch, events }) });
    await api.readUntil(`${batch}_0`, 'failed');
    expectProblem(await replay(`${batch}_0`), 409, 'not_replayable');
  });

  it.each(['contract-never-sent', 'a b'])('answers 404 for the unknown id %j', async (id) => {
    expectProblem(await replay(id), 404, 'not_found');
  });

  it.each<[string, unknown, readonly string[]]>([
    ['a word that there isn’t', { from: 'middle' }, ['/from']],
    ['a field that there isn’t', { patience: 1 }, ['/patience']],
    ['a patch of nothing', { patch: [] }, ['/patch']],
    ['an operation that there isn’t', { patch: [{ op: '_get', path: '' }] }, ['/patch/0/op']],
    [
      'a place that there isn’t',
      {
        patch: [
          { op: 'remove', path: '/cents' },
          { op: 'remove', path: '/cents' },
        ],
      },
      ['/patch/1'],
    ],
    ['a test that fails', { patch: [{ op: 'test', path: '/cents', value: 2 }] }, ['/patch/0']],
    ['a prototype', { patch: [{ op: 'add', path: '/__proto__/x', value: 1 }] }, ['/patch/0']],
    ['data that its type refuses', { patch: [{ op: 'replace', path: '/cents', value: 'one' }] }, ['/data/cents']],
    ['no data at all', { patch: [{ op: 'remove', path: '' }] }, ['/data']],
  ])('refuses %s', async (_what, body, pointers) => {
    const { id } = await api.run({ type: 'test-mended', id: newId(), data: dataOf(useFault()) });
    expect(pointersOf(expectProblem(await replay(id, body), 422, 'invalid_event'))).toEqual(pointers);
    expect(await api.read(id)).toMatchObject({ run: 1, status: 'failed' });
  });

  it('refuses a body that is none', async () => {
    const { id } = await api.run({ type: 'test-mended', id: newId(), data: dataOf(useFault()) });
    expectProblem(await api.send('POST', `/v1/events/${id}/replay`, { headers: JSON_HEADERS, body: '{' }), 400, 'malformed');
    expectProblem(await api.send('POST', `/v1/events/${id}/replay`, { body: '{}' }), 415, 'unsupported_media_type');
  });

  it('is seen by whoever watches it', async () => {
    const { file, mend } = useFault();
    const { id } = await api.run({ type: 'test-mended', id: newId(), data: { file } });
    expect(await lastOfStream(id)).toMatchObject({ run: 1, status: 'failed' });
    mend();
    await replay(id);
    expect(await lastOfStream(id)).toMatchObject({ run: 2, status: 'completed' });
  });

  async function lastOfStream(id: string): Promise<unknown> {
    const text = await (await api.open(`/v1/events/${id}/stream`)).text();
    return JSON.parse(text.trim().split('\ndata: ').at(-1) ?? '');
  }

  it.each([
    ['again', 1],
    ['skip', 0],
  ] as const)('starts what handlers emit %s, if asked so', async (emits, count) => {
    const { id, followUps } = await api.run({ type: 'test-ordered', data: { behave: { quick: 'refuse-once', other: 'emit' } } });
    expect(followUps).toHaveLength(1);
    const answer = await replay(id, { from: 'start', emits }, { prefer: 'wait=30' });
    expect(answer.body).toMatchObject({ run: 2, status: 'completed' });
    const again = (answer.body['followUps'] ?? []) as readonly { readonly id: string }[];
    expect(again.map((one) => followUps?.some((before) => before.id === one.id))).toEqual(Array.from({ length: count }, () => false));
  });
}
