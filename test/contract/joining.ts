import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import type { ApiUnderTest } from './api-under-test.ts';
import { expectProblem, newId, toResource } from './api-under-test.ts';

const DAY_MS = 24 * 3_600_000;

export function joining(api: ApiUnderTest): void {
  it('joins an event that has ended: the same id, the same run', async () => {
    const event = { type: 'joy', id: newId(), data: { intensity: 0.3 } };
    const first = await api.run(event);
    const again = await api.submit(event);
    expect(again.status).toBe(202);
    expect(again.body).toMatchObject({ id: event.id, status: 'completed', joined: true, run: 1 });
    expect(await api.read(event.id)).toMatchObject({ run: 1, acceptedAt: first.acceptedAt, workflow: { runId: first.workflow.runId } });
  });

  it('gives the result of an event that has ended to whoever waits for it', async () => {
    const event = { type: 'joy', id: newId(), data: { intensity: 0.3 } };
    const first = await api.run(event);
    const again = await api.submit(event, { prefer: 'wait=30' });
    expect(again.status).toBe(200);
    expect(toResource(again)).toMatchObject({ status: 'completed', result: first.result, workflow: { runId: first.workflow.runId } });
  });

  it('gives the result of an event that has failed to whoever waits for it', async () => {
    const event = { type: 'test-failing', id: newId(), data: { how: 'permanently' } };
    const first = await api.run(event);
    const again = await api.submit(event, { prefer: 'wait=30' });
    expect(again.status).toBe(200);
    expect(toResource(again)).toMatchObject({ status: 'failed', error: first.error, workflow: { runId: first.workflow.runId } });
  });

  it('joins an event that waits out its delay', async () => {
    const event = { type: 'joy', id: newId(), data: { intensity: 0.3 }, delayMs: DAY_MS };
    await api.submit(event);
    await api.readUntil(event.id, 'waiting');
    expect(await api.submit(event)).toMatchObject({
      status: 202,
      body: { status: expect.stringMatching(/accepted|waiting/), joined: true, run: 1 },
    });
    expect(await api.read(event.id)).toMatchObject({ status: 'waiting', run: 1 });
  });

  it('tells everybody who joined while it waited', async () => {
    const event = { type: 'joy', id: newId(), data: { intensity: 0.3 }, delayMs: 500 };
    const first = api.submit(event, { prefer: 'wait=30' });
    const second = api.submit(event, { prefer: 'wait=30' });
    const answers = await Promise.all([first, second]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(answers.map((answer) => toResource(answer).status)).toEqual(['completed', 'completed']);
  });

  it('makes one run of ten that come at once', async () => {
    const event = { type: 'joy', id: newId(), data: { intensity: 0.3 } };
    const answers = await Promise.all(Array.from({ length: 10 }, () => api.submit(event)));
    expect(answers.map(({ status, body }) => [status, body['id']])).toEqual(answers.map(() => [202, event.id]));
    expect(answers.filter(({ body }) => body['joined'] === false)).toHaveLength(1);
    expect(await api.readUntil(event.id, 'completed')).toMatchObject({ run: 1, attempts: { meaning: 1, decision: 1, action: 1 } });
  });

  it('gives one result to ten that come at once and wait', async () => {
    const event = { type: 'joy', id: newId(), data: { intensity: 0.3 } };
    const answers = await Promise.all(Array.from({ length: 10 }, () => api.submit(event, { prefer: 'wait=30' })));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(new Set(answers.map((answer) => toResource(answer).workflow.runId)).size).toBe(1);
  });

  it('makes one run of ten that come at once with an Idempotency-Key', async () => {
    const key = randomUUID();
    const event = { type: 'joy', data: { intensity: 0.3 } };
    const answers = await Promise.all(Array.from({ length: 10 }, () => api.submit(event, { 'idempotency-key': key, prefer: 'wait=30' })));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(new Set(answers.map((answer) => toResource(answer).workflow.runId)).size).toBe(1);
  });

  it('takes an Idempotency-Key quoted and bare for the same', async () => {
    const key = randomUUID();
    const event = { type: 'joy', data: { intensity: 0.3 } };
    const bare = await api.submit(event, { 'idempotency-key': key });
    const quoted = await api.submit(event, { 'idempotency-key': `"${key}"` });
    const other = await api.submit(event, { 'idempotency-key': randomUUID() });
    expect([bare.status, quoted.status, other.status]).toEqual([202, 202, 202]);
    expect(quoted.body['id']).toBe(bare.body['id']);
    expect(other.body['id']).not.toBe(bare.body['id']);
    expect(bare.body['id']).toMatch(/^[A-Za-z0-9._~-]{1,255}$/);
  });

  it('goes by the id when there is an Idempotency-Key as well', async () => {
    const key = randomUUID();
    const event = { type: 'joy', data: { intensity: 0.3 } };
    const [one, other] = [newId(), newId()];
    expect((await api.submit({ ...event, id: one }, { 'idempotency-key': key })).body).toMatchObject({ id: one });
    expect((await api.submit({ ...event, id: other }, { 'idempotency-key': key })).body).toMatchObject({ id: other });
  });

  it("doesn't mind the order of the fields, nor older names for them", async () => {
    const id = newId();
    const first = await api.run({ id, type: 'joy', data: { intensity: 0.3, metadata: { a: 1, b: { c: 2, d: 3 } } } });
    for (const event of [
      { data: { metadata: { b: { d: 3, c: 2 }, a: 1 }, intensity: 0.3 }, type: 'joy', id },
      { event_type: 'joy', intensity: 0.3, metadata: { a: 1, b: { c: 2, d: 3 } }, id },
    ]) {
      const again = await api.submit(event, { prefer: 'wait=30' });
      expect(again.status).toBe(200);
      expect(toResource(again).workflow).toEqual(first.workflow);
    }
  });

  it.each([
    ['data', { data: { intensity: 0.4 } }],
    ['type', { type: 'calm' }],
    ['source', { source: 'sensor-7' }],
    ['time', { time: '2026-01-01T00:00:00Z' }],
    ['tier', { tier: 'low' }],
    ['urgency', { urgency: 0.9 }],
    ['delayMs', { delayMs: 5 }],
    ['callback', { callback: { url: 'https://example.org/hook' } }],
  ])('answers 409 for a known id with another %s', async (_field, change) => {
    const event = { type: 'joy', id: newId(), data: { intensity: 0.3 } };
    expect((await api.submit(event)).status).toBe(202);
    expectProblem(await api.submit({ ...event, ...change }), 409, 'id_conflict');
    expectProblem(await api.submit({ ...event, ...change }, { prefer: 'wait=30' }), 409, 'id_conflict');
  });

  it('answers 409 for other content while the event waits', async () => {
    const event = { type: 'joy', id: newId(), data: { intensity: 0.3 }, delayMs: DAY_MS };
    await api.submit(event);
    expectProblem(await api.submit({ ...event, data: { intensity: 0.4 } }), 409, 'id_conflict');
    expect(await api.read(event.id)).toMatchObject({ data: { intensity: 0.3 } });
  });

  it('answers 409 for a known Idempotency-Key with other content', async () => {
    const key = randomUUID();
    await api.submit({ type: 'joy', data: { intensity: 0.3 } }, { 'idempotency-key': key });
    expectProblem(await api.submit({ type: 'joy', data: { intensity: 0.4 } }, { 'idempotency-key': key }), 409, 'id_conflict');
  });
}
