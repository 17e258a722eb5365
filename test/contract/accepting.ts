import { expect, it } from 'vitest';
import type { ApiUnderTest } from './api-under-test.ts';
import { newId, toResource } from './api-under-test.ts';

const DAY_MS = 24 * 3_600_000;

export function accepting(api: ApiUnderTest): void {
  it('answers 202 with the event and where to find it', async () => {
    const id = newId();
    const answer = await api.submit({ type: 'joy', id, data: { intensity: 0.3 } });
    expect(answer.status).toBe(202);
    const self = `/v1/events/${id}`;
    expect(answer.body).toEqual({
      id,
      type: 'joy',
      tier: 'normal',
      status: 'accepted',
      joined: false,
      links: { self, stream: `${self}/stream`, why: `${self}/why` },
    });
    expect(answer.headers.get('location')).toBe(self);
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    expect(answer.headers.get('preference-applied')).toBeNull();
  });

  it('makes a URL-safe id for an event that has none, and runs each', async () => {
    const answers = [
      await api.submit({ type: 'joy', data: { intensity: 0.3 } }),
      await api.submit({ type: 'joy', data: { intensity: 0.3 } }),
    ];
    const ids = answers.map(({ body }) => String(body['id']));
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) {
      expect(id).toMatch(/^[A-Za-z0-9._~-]{1,255}$/);
      expect(await api.readUntil(id, 'completed')).toMatchObject({ id, ownId: null });
    }
  });

  it('answers 200 with the resource when the stages end within the wait', async () => {
    const id = newId();
    const answer = await api.submit({ type: 'shock', id, data: { intensity: -0.8 } }, { prefer: 'wait=30' });
    expect(answer.status).toBe(200);
    expect(toResource(answer)).toMatchObject({ id, type: 'shock', status: 'completed' });
    expect(answer.headers.get('preference-applied')).toBe('wait=30');
    expect(answer.headers.get('vary')).toBe('Prefer');
  });

  it('answers 202 when the wait runs out, whoever was first', async () => {
    const event = { type: 'joy', id: newId(), data: { intensity: 0.3 }, delayMs: DAY_MS };
    const answers = await Promise.all([api.submit(event, { prefer: 'wait=1' }), api.submit(event, { prefer: 'wait=1' })]);
    for (const { status, headers, body } of answers) {
      expect(status).toBe(202);
      expect(body).toMatchObject({
        id: event.id,
        status: body['joined'] === true ? expect.stringMatching(/accepted|waiting/) : 'accepted',
      });
      expect(headers.get('preference-applied')).toBe('wait=1');
      expect(headers.get('location')).toBe(`/v1/events/${event.id}`);
    }
  });

  it('says which wait it applied when more than 60 seconds are asked for', async () => {
    const answer = await api.submit({ type: 'joy', data: { intensity: 0.3 } }, { prefer: 'wait=3600' });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('preference-applied')).toBe('wait=60');
  });

  it.each([
    ['respond-async', 202, 'respond-async'],
    ['respond-async, wait=0', 202, 'respond-async, wait=0'],
    ['wait=30, respond-async', 200, 'respond-async, wait=30'],
  ])('answers "Prefer: %s" with %d', async (prefer, status, applied) => {
    const answer = await api.submit({ type: 'joy', data: { intensity: 0.3 } }, { prefer });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('preference-applied')).toBe(applied);
    expect(answer.headers.get('vary')).toBe('Prefer');
  });

  it('waits for a type whose answer must be on record first', async () => {
    expect(await api.run({ type: 'test-recorded', data: {} })).toMatchObject({ status: 'completed', result: { action: { done: true } } });
  });

  it('waits for a heavy event', async () => {
    expect(await api.run({ type: 'test-slow-work', data: { ms: 10 } })).toMatchObject({
      status: 'completed',
      result: { action: { worked: 10 } },
    });
  });

  it.each([
    [1_000, 'critical'],
    [999, 'high'],
    [750, 'high'],
    [749, 'normal'],
    [500, 'normal'],
    [499.5, 'low'],
    [250, 'low'],
    [249, 'bulk'],
    [-1, 'bulk'],
    ['critical', 'critical'],
    ['bulk', 'bulk'],
  ])('reads the tier %j as %s', async (tier, expected) => {
    const answer = await api.submit({ type: 'joy', data: { intensity: 0.3 }, tier });
    expect(answer.body).toMatchObject({ tier: expected });
  });

  it.each([
    ['keeps the tier of its type below the threshold', { type: 'joy', data: { intensity: 0.79 } }, 'normal'],
    ['is raised by one from the threshold on', { type: 'joy', data: { intensity: 0.8 } }, 'high'],
    ['is raised by the urgency that its caller gives', { type: 'joy', data: { intensity: 0.1 }, urgency: 0.9 }, 'high'],
    ['is not raised against its caller', { type: 'joy', data: { intensity: 0.9 }, urgency: 0.1 }, 'normal'],
    ['is not raised above an explicit tier', { type: 'joy', data: { intensity: 0.9 }, urgency: 1, tier: 'low' }, 'low'],
    ['cannot rise above critical', { type: 'shock', data: { intensity: -1 } }, 'critical'],
    ['is low when it comes from inside', { type: 'joy', data: { intensity: 0.1, metadata: { internal: true } } }, 'low'],
  ])('an event %s', async (_what, event, tier) => {
    expect((await api.submit(event)).body).toMatchObject({ tier });
  });

  it.each([
    ['event_type and intensity', { event_type: 'joy', intensity: 0.4 }, {}],
    ['metadata', { type: 'joy', intensity: 0.4, metadata: { from: 'older' } }, { from: 'older' }],
    ['data for metadata', { event_type: 'joy', intensity: 0.4, data: { from: 'older' } }, { from: 'older' }],
  ])('takes the shape of older clients: %s', async (_what, event, metadata) => {
    expect(await api.run(event)).toMatchObject({ type: 'joy', status: 'completed', data: { intensity: 0.4, metadata } });
  });

  it("takes an older client's timestamp as the event's time", async () => {
    const resource = await api.run({ event_type: 'joy', intensity: 0.4, timestamp: '2026-01-01T00:00:00Z' });
    expect(resource.time).toBe('2026-01-01T00:00:00.000Z');
  });
}
