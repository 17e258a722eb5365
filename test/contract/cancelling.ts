import { expect, it } from 'vitest';
import type { ApiUnderTest } from './api-under-test.ts';
import { expectProblem, newId } from './api-under-test.ts';

const DAY_MS = 24 * 3_600_000;

export function cancelling(api: ApiUnderTest): void {
  it('ends an event that waits out its delay', async () => {
    const id = newId();
    await api.submit({ type: 'joy', id, data: { intensity: 0.3 }, delayMs: DAY_MS });
    const answer = await api.send('POST', `/v1/events/${id}/cancel`);
    expect(answer.status).toBe(202);
    expect(answer.body).toMatchObject({ id, links: { self: `/v1/events/${id}` } });
    expect(await api.readUntil(id, 'cancelled')).toMatchObject({
      id,
      data: { intensity: 0.3, metadata: {} },
      stage: null,
      error: null,
      result: null,
      startedAt: null,
      completedAt: expect.any(String),
      attempts: { meaning: 0, decision: 0, action: 0 },
    });
  });

  it('is asked for by DELETE, too, after which the event can still be read', async () => {
    const id = newId();
    await api.submit({ type: 'joy', id, data: { intensity: 0.3 }, delayMs: DAY_MS });
    expect(await api.send('DELETE', `/v1/events/${id}`)).toMatchObject({ status: 202, body: { id, status: 'cancelling' } });
    expect(await api.readUntil(id, 'cancelled')).toMatchObject({ id, status: 'cancelled' });
    expectProblem(await api.send('DELETE', `/v1/events/${id}`), 409, 'already_ended');
    expectProblem(await api.send('DELETE', `/v1/events/${newId()}`), 404, 'not_found');
  });

  it('tells whoever waits for the event', async () => {
    const id = newId();
    const event = { type: 'joy', id, data: { intensity: 0.3 }, delayMs: DAY_MS };
    await api.submit(event);
    const waiting = api.submit(event, { prefer: 'wait=30' });
    await api.send('POST', `/v1/events/${id}/cancel`);
    const answer = await waiting;
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ id, status: 'cancelled' });
  });

  it('stops a heavy event in the middle of its work', async () => {
    const id = newId();
    await api.submit({ type: 'test-slow-work', id, data: { ms: DAY_MS } });
    await api.readUntil(id, 'running');
    expect((await api.send('POST', `/v1/events/${id}/cancel`)).status).toBe(202);
    expect(await api.readUntil(id, 'cancelled')).toMatchObject({ error: null, attempts: { action: 1 } });
  });

  it('joins a cancelled event like any other', async () => {
    const event = { type: 'joy', id: newId(), data: { intensity: 0.3 }, delayMs: DAY_MS };
    await api.submit(event);
    await api.send('POST', `/v1/events/${event.id}/cancel`);
    await api.readUntil(event.id, 'cancelled');
    expect((await api.submit(event, { prefer: 'wait=30' })).body).toMatchObject({ id: event.id, status: 'cancelled' });
    expectProblem(await api.submit({ ...event, delayMs: 0 }), 409, 'id_conflict');
  });

  it('answers 409 for an event that has been cancelled', async () => {
    const id = newId();
    await api.submit({ type: 'joy', id, data: { intensity: 0.3 }, delayMs: DAY_MS });
    await api.send('POST', `/v1/events/${id}/cancel`);
    await api.readUntil(id, 'cancelled');
    expectProblem(await api.send('POST', `/v1/events/${id}/cancel`), 409, 'already_ended');
  });

  it.each([
    ['completed', { type: 'joy', data: { intensity: 0.3 } }],
    ['failed', { type: 'test-failing', data: { how: 'permanently' } }],
  ])('answers 409 for an event that has %s', async (status, event) => {
    const { id } = await api.run(event);
    expectProblem(await api.send('POST', `/v1/events/${encodeURIComponent(id)}/cancel`), 409, 'already_ended');
    expect(await api.read(id)).toMatchObject({ status });
  });

  it.each(['contract-never-sent', 'a b'])('answers 404 for the unknown id %j', async (id) => {
    expectProblem(await api.send('POST', `/v1/events/${encodeURIComponent(id)}/cancel`), 404, 'not_found');
  });
}
