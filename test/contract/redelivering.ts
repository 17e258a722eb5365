import { expect, it } from 'vitest';
import type { ApiUnderTest } from './api-under-test.ts';
import { expectProblem, newId } from './api-under-test.ts';

export function redelivering(api: ApiUnderTest): void {
  it('shows that nothing was sent of an event without a callback', async () => {
    const { id } = await api.run({ type: 'joy', id: newId(), data: { intensity: 0.3 } });
    const answer = await api.send('GET', `/v1/events/${id}/deliveries`);
    expect([answer.status, answer.body]).toEqual([200, { items: [], nextCursor: null }]);
    expectProblem(await api.send('POST', `/v1/events/${id}/redeliver`), 404, 'not_found');
  });

  it('has nothing to send of an event that has not ended', async () => {
    const id = newId();
    const callback = { url: 'https://receiver.example/hook' };
    await api.submit({ type: 'joy', id, data: { intensity: 0.3 }, delayMs: 3_600_000, callback });
    expectProblem(await api.send('POST', `/v1/events/${id}/redeliver`), 404, 'not_found');
    expect((await api.send('GET', `/v1/events/${id}/deliveries`)).body).toEqual({ items: [], nextCursor: null });
  });

  it.each(['contract-never-sent', 'a b'])('answers 404 for the unknown id %j', async (id) => {
    expectProblem(await api.send('POST', `/v1/events/${encodeURIComponent(id)}/redeliver`), 404, 'not_found');
    expectProblem(await api.send('GET', `/v1/events/${encodeURIComponent(id)}/deliveries`), 404, 'not_found');
  });
}
