import { expect, it } from 'vitest';
import type { ApiUnderTest } from './api-under-test.ts';
import { itemsOf, newId } from './api-under-test.ts';

const TYPES = ['test-ordered', 'test-topic', 'test-handled-together', 'test-handled-slowly'] as const;

export function handling(api: ApiUnderTest): void {
  it.each(TYPES)('calls each handler of an event of %s once, and is complete with them', async (type) => {
    const event = await api.run({ type, data: { call: ['heavy', 'limited', 'picky'] } });
    expect(event).toMatchObject({ status: 'completed', stage: null, error: null });
    const names = ['quick', 'other', 'after-quick', 'picky', 'heavy', 'limited'];
    expect(event.handlers).toEqual(
      Object.fromEntries(names.map((name) => [name, { status: 'completed', attempts: 1, result: { by: name, attempt: 1 }, error: null }])),
    );
    expect(await api.read(event.id)).toMatchObject({ status: 'completed', handlers: event.handlers });
  });

  it.each(TYPES)('calls no handler that does not take an event of %s', async (type) => {
    const { status, handlers } = await api.run({ type, data: {} });
    expect([status, Object.keys(handlers)]).toEqual(['completed', ['quick', 'other', 'after-quick']]);
  });

  it.each(TYPES)('ends an event of %s as partial where a handler has failed: the others have theirs', async (type) => {
    const event = await api.run({ type, data: { behave: { quick: 'refuse', other: 'fail-once' } } });
    expect(event).toMatchObject({
      status: 'partial',
      error: null,
      handlers: {
        quick: { status: 'failed', attempts: 1, result: null, error: { code: 'refused', stage: 'quick', retryable: false } },
        other: { status: 'completed', attempts: 2, result: { by: 'other', attempt: 2 } },
        'after-quick': { status: 'cancelled', attempts: 0, result: null, error: null },
      },
    });
  });

  it('calls no handler of an event whose stages have failed', async () => {
    const { status, handlers } = await api.run({ type: 'test-ordered', data: { failStage: true } });
    expect(status).toBe('failed');
    expect(Object.values(handlers).map((one) => [one.status, one.attempts])).toEqual(Array.from({ length: 3 }, () => ['cancelled', 0]));
  });

  it('has no handlers where a type has none', async () => {
    expect((await api.run({ type: 'joy', data: { intensity: 0.3 } })).handlers).toEqual({});
  });

  it('says which handlers an event waits for, and cancels them with it', async () => {
    const id = newId();
    await api.submit({ type: 'test-ordered', id, data: { call: ['heavy'], behave: { heavy: 'hang' } } });
    await api.readUntil(id, 'running');
    const why = await api.send('GET', `/v1/events/${id}/why`);
    expect(why.body).toMatchObject({ reason: 'handlers', details: { handlers: [{ name: 'heavy', event: `${id}~h.heavy` }] } });
    expect((await api.send('POST', `/v1/events/${id}/cancel`)).status).toBe(202);
    expect(await api.readUntil(id, 'cancelled')).toMatchObject({
      handlers: { quick: { status: 'completed' }, heavy: { status: 'cancelled' } },
    });
  });

  it('is told of by a stream, and found by its status', async () => {
    const { id } = await api.run({ type: 'test-topic', data: { behave: { other: 'refuse' } } });
    const stream = await api.open(`/v1/events/${id}/stream`);
    expect(await stream.text()).toContain('event: partial');
    const ids = async (status: string): Promise<readonly string[]> =>
      itemsOf(await api.send('GET', `/v1/events?type=test-topic&status=${status}&limit=200`)).map((event) => event.id);
    await expect.poll(() => ids('partial')).toContain(id);
    expect(await ids('completed')).not.toContain(id);
  });
}
