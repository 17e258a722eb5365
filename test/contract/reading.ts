import { expect, it } from 'vitest';
import type { ApiUnderTest } from './api-under-test.ts';
import { expectProblem, newId, toResource } from './api-under-test.ts';
import { until } from '../support/until.ts';

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

export function reading(api: ApiUnderTest): void {
  it('gives the whole resource of a completed event', async () => {
    const id = newId();
    await api.run({
      type: 'shock',
      id,
      source: 'sensor-7',
      time: '2026-01-01T02:00:00+02:00',
      data: { intensity: -0.5, metadata: { place: 'here' } },
      urgency: 0.25,
    });
    // Not all that events are kept by notes when their attempts were.
    const { timeline: _times, ...event } = await until('it is recorded', async () => {
      const read = await api.read(id);
      return read.recorded !== false && read;
    });
    expect(event).toEqual({
      id,
      ownId: id,
      run: 1,
      type: 'shock',
      source: 'sensor-7',
      subject: null,
      version: null,
      time: '2026-01-01T00:00:00.000Z',
      data: { intensity: -0.5, metadata: { place: 'here' } },
      tier: 'critical',
      urgency: 0.25,
      tenant: 'default',
      batchId: null,
      causedBy: null,
      status: 'completed',
      stage: null,
      acceptedAt: expect.stringMatching(ISO),
      startedAt: expect.stringMatching(ISO),
      completedAt: expect.stringMatching(ISO),
      timings: { queuedMs: expect.any(Number), runMs: expect.any(Number) },
      progress: null,
      attempts: { meaning: 1, decision: 1, action: 1 },
      result: {
        meaning: expect.objectContaining({
          significance: 0.75,
          impact: { energy: expect.any(Number), stability: expect.any(Number), integrity: expect.any(Number) },
          pattern: expect.any(String),
        }),
        decision: { pattern: expect.any(String) },
        action: { delta: { energy: expect.any(Number), stability: expect.any(Number), integrity: expect.any(Number) } },
      },
      handlers: {},
      error: null,
      callback: { status: 'none', url: null, attempts: [] },
      workflow: { id, runId: expect.stringMatching(/./), url: expect.toSatisfy((url) => url === null || typeof url === 'string') },
    });
  });

  it('shows what a waiting POST was answered', async () => {
    // The one thing that changes by itself: it may be recorded by the time that it is read.
    const { recorded: _before, ...answered } = await api.run({ type: 'joy', id: newId(), data: { intensity: 0.3 } });
    const { recorded: _after, ...read } = await api.read(answered.id);
    expect(read).toEqual(answered);
  });

  it('has no decision and no action for a Life event without significance', async () => {
    const { status, result } = await api.run({ type: 'idle', data: { intensity: 0 } });
    expect({ status, result }).toMatchObject({
      status: 'completed',
      result: { meaning: { significance: 0 }, decision: null, action: null },
    });
  });

  it.each(['AZaz09._:@-', '-', '...', '@:@', 'a'.repeat(91)])('finds an own id that contains %j', async (characters) => {
    const id = `${characters}.${newId().slice(-36)}`;
    const accepted = await api.submit({ type: 'joy', id, data: { intensity: 0.3 } });
    expect(accepted.body).toMatchObject({ id, links: { self: accepted.headers.get('location') } });
    const answer = await api.send('GET', String(accepted.headers.get('location')));
    expect(toResource(answer)).toMatchObject({ id, ownId: id });
    expect(await api.readUntil(id, 'completed')).toMatchObject({ id });
  });

  it('finds it under its id written plainly in the path', async () => {
    const id = `a:b@c-${newId()}`;
    await api.submit({ type: 'joy', id, data: { intensity: 0.3 } });
    expect(toResource(await api.send('GET', `/v1/events/${id}`))).toMatchObject({ id });
  });

  it("defaults the event's time to that of its acceptance", async () => {
    const { time, acceptedAt } = await api.run({ type: 'joy', data: { intensity: 0.3 } });
    expect(time).toBe(acceptedAt);
  });

  it('shows an event that waits out its delay as waiting, then as completed', async () => {
    const id = newId();
    await api.submit({ type: 'joy', id, data: { intensity: 0.3 }, delayMs: 500 });
    const waiting = await api.readUntil(id, 'waiting');
    expect(waiting).toMatchObject({ stage: null, startedAt: null, completedAt: null, result: null, error: null });
    expect(waiting.attempts).toEqual({ meaning: 0, decision: 0, action: 0 });
    const completed = await api.readUntil(id, 'completed');
    // Not exactly 500: a timer and the wall clock are two clocks, which may differ by a millisecond.
    expect(completed.timings.queuedMs).toBeGreaterThan(400);
    expect(completed.acceptedAt).toBe(waiting.acceptedAt);
  });

  it('shows the progress of a heavy event while it runs', async () => {
    const id = newId();
    await api.submit({ type: 'test-slow-work', id, data: { ms: 5_000 } });
    const running = await until('there is some progress', async () => {
      const resource = await api.read(id);
      return resource.status === 'running' && resource.progress !== null && resource;
    });
    expect(running).toMatchObject({ stage: 'action', progress: { step: 'working' }, attempts: { action: 1 } });
    await api.send('POST', `/v1/events/${id}/cancel`);
  });

  it('shows why an event failed, and what was done before', async () => {
    const id = newId();
    const data = { orderId: 'big', customer: 'a@example.org', lines: [{ sku: 'gold', quantity: 1, unitPriceCents: 10_000_001 }] };
    expect(await api.run({ type: 'order-placed', id, data })).toMatchObject({
      id,
      status: 'failed',
      stage: 'decision',
      error: { code: 'order_too_large', stage: 'decision', retryable: false },
      attempts: { meaning: 1, decision: 1, action: 0 },
      result: { meaning: { totalCents: 10_000_001, pieces: 1 }, decision: null, action: null },
    });
    expect(await api.read(id)).toMatchObject({ status: 'failed', error: { code: 'order_too_large', stage: 'decision' }, data });
  });

  it.each([
    [
      'fails at once when told not to try again',
      'permanently',
      { status: 'failed', attempts: { action: 1 }, error: { code: 'told_to_fail' } },
    ],
    [
      'fails when its attempts are used up',
      'always',
      { status: 'failed', attempts: { action: 3 }, error: { code: 'handler_failed', retryable: true } },
    ],
    ['fails when it is too slow each time', 'slowly', { status: 'failed', attempts: { action: 3 }, error: { code: 'timeout' } }],
    ['fails when its result is too large', 'hugely', { status: 'failed', attempts: { action: 1 }, error: { code: 'result_too_large' } }],
    ['is completed when a later attempt succeeds', 'twice', { status: 'completed', attempts: { action: 3 }, error: null }],
    ['is completed when it was put off', 'later', { status: 'completed', attempts: { action: 2 }, error: null }],
  ])('an event %s', async (_what, how, expected) => {
    const resource = await api.run({ type: 'test-failing', data: { how } });
    expect(resource).toMatchObject(expected);
    expect(resource.result).toMatchObject({ meaning: { how } });
    expect(await api.readUntil(resource.id, resource.status)).toMatchObject(expected);
  });

  it.each(['contract-never-sent', 'e~0', 'k~0', 'a b', '%20', '~', 'x'.repeat(300), 'é'])(
    'answers 404 for the unknown id %j',
    async (id) => {
      expectProblem(await api.send('GET', `/v1/events/${encodeURIComponent(id)}`), 404, 'not_found');
    },
  );

  it('answers HEAD like GET, without the body', async () => {
    const { id } = await api.run({ type: 'joy', data: { intensity: 0.3 } });
    const answer = await api.send('HEAD', `/v1/events/${id}`);
    expect([answer.status, answer.text]).toEqual([200, '']);
  });
}
