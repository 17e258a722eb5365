import { expect, it } from 'vitest';
import { readEventStream } from '../../client/read-event-stream.ts';
import type { StreamEvent } from '../../client/read-event-stream.ts';
import type { EventResource } from '../../domain/event-resource.ts';
import type { ApiUnderTest } from './api-under-test.ts';
import { expectProblem, newId } from './api-under-test.ts';

const DAY_MS = 24 * 3_600_000;

export function streaming(api: ApiUnderTest): void {
  async function open(id: string, headers: Readonly<Record<string, string>> = {}) {
    const response = await api.open(`/v1/events/${id}/stream`, { headers });
    expect(response.status).toBe(200);
    return { headers: response.headers, events: readEventStream(response.body as ReadableStream<Uint8Array>) };
  }

  async function readToEnd(events: AsyncIterable<StreamEvent>): Promise<readonly StreamEvent[]> {
    const all: StreamEvent[] = [];
    for await (const event of events) all.push(event);
    return all;
  }

  it.each([
    ['completed', { type: 'joy', data: { intensity: 0.3 } }],
    ['completed', { type: 'joy', data: { intensity: 0.3 }, subject: 'life-1' }],
    ['failed', { type: 'test-failing', data: { how: 'permanently' } }],
  ])('gives one that comes late the event as %s at once, and ends', async (status, event) => {
    const resource = await api.run({ ...event, id: newId() });
    const { headers, events } = await open(resource.id);
    expect(headers.get('content-type')).toBe('text/event-stream');
    expect(headers.get('cache-control')).toBe('no-cache');
    expect(headers.get('x-accel-buffering')).toBe('no');
    const all = await readToEnd(events);
    expect(all).toEqual([{ id: expect.stringMatching(/^[\w-]+$/), event: status, data: expect.any(String) }]);
    expect(JSON.parse(all[0]?.data ?? '')).toMatchObject({ id: resource.id, status, result: resource.result, error: resource.error });
  });

  it('tells of the progress of an event, then of its end', async () => {
    const id = newId();
    await api.submit({ type: 'test-slow-work', id, data: { ms: 1_500 } });
    const all = await readToEnd((await open(id)).events);
    expect(all.at(-1)?.event).toBe('completed');
    const progress = all.slice(0, -1);
    expect(progress.every(({ event }) => event === 'progress')).toBe(true);
    const shown = progress.map(({ data }) => JSON.parse(data) as Pick<EventResource, 'id' | 'status' | 'progress'>);
    expect(shown).toContainEqual(expect.objectContaining({ id, run: 1, status: 'running', progress: expect.anything() }));
    const percents = shown.map((one) => one.progress?.percent ?? 0);
    expect(percents).toEqual(percents.toSorted((a, b) => a - b));
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
  });

  it('tells everybody who watches an event that it was cancelled', async () => {
    const id = newId();
    await api.submit({ type: 'joy', id, data: { intensity: 0.3 }, delayMs: DAY_MS });
    await api.readUntil(id, 'waiting');
    const watchers = await Promise.all([open(id), open(id), open(id)]);
    const firsts = await Promise.all(watchers.map(({ events }) => events.next()));
    expect(firsts.map(({ value }) => value?.event)).toEqual(['progress', 'progress', 'progress']);
    await api.send('POST', `/v1/events/${id}/cancel`);
    for (const { events } of watchers) expect((await readToEnd(events)).at(-1)?.event).toBe('cancelled');
  });

  it('goes on after the message that the reader had last', async () => {
    const id = newId();
    await api.submit({ type: 'joy', id, data: { intensity: 0.3 }, delayMs: DAY_MS });
    await api.readUntil(id, 'waiting');
    const first = await (await open(id)).events.next();
    expect(first.value?.event).toBe('progress');
    const resumed = await open(id, { 'last-event-id': first.value?.id ?? '' });
    await api.send('POST', `/v1/events/${id}/cancel`);
    const rest = await readToEnd(resumed.events);
    expect(rest.at(-1)?.event).toBe('cancelled');
    expect(rest.map(({ id }) => id)).not.toContain(first.value?.id);
  });

  it('sends one that had the last message away for good', async () => {
    const { id } = await api.run({ type: 'joy', id: newId(), data: { intensity: 0.3 } });
    const [last] = await readToEnd((await open(id)).events);
    const answer = await api.send('GET', `/v1/events/${id}/stream`, { headers: { 'last-event-id': last?.id ?? '' } });
    expect([answer.status, answer.text]).toEqual([204, '']);
  });

  it('answers HEAD at once', async () => {
    const id = newId();
    await api.submit({ type: 'joy', id, data: { intensity: 0.3 }, delayMs: DAY_MS });
    const answer = await api.send('HEAD', `/v1/events/${id}/stream`);
    expect([answer.status, answer.text, answer.headers.get('content-type')]).toEqual([200, '', 'text/event-stream']);
    await api.send('POST', `/v1/events/${id}/cancel`);
  });

  it('answers 404 where there is no such event', async () => {
    expectProblem(await api.send('GET', '/v1/events/contract-never-sent/stream'), 404, 'not_found');
  });
}
