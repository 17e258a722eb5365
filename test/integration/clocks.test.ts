import { randomUUID } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { BatchResource } from '../../domain/batch-resource.ts';
import type { EventResource } from '../../domain/event-resource.ts';
import { startOverlapRecorder } from '../support/overlap-recorder.ts';
import { startTestService } from '../support/service.ts';
import type { TestService } from '../support/service.ts';
import { until } from '../support/until.ts';

const HOUR_MS = 3_600_000;
const skews = [-HOUR_MS, -3_000, 3_000, HOUR_MS].flatMap((skewMs) => [
  { who: 'API', ms: skewMs, skewMs: { api: skewMs, worker: 0 } },
  { who: 'worker', ms: skewMs, skewMs: { api: 0, worker: skewMs } },
]);

describe.each(skews)('where the clock of the $who is $ms ms from the engine’s', ({ skewMs }) => {
  it('an event waits for as long as it was told to, and its attempts for as long as its type says', async () => {
    const service = await startTestService({}, { skewMs });
    onTestFinished(() => service.stop());
    const since = new Date().toISOString();
    const recorder = await startOverlapRecorder();
    onTestFinished(() => recorder.close());
    const [day, soon, retried, heavy] = await Promise.all([
      submit(service, { data: { how: 'twice' }, delayMs: 24 * HOUR_MS }),
      submit(service, { data: { how: 'twice' }, delayMs: 3_000 }),
      submit(service, { data: { how: 'twice' } }),
      submit(service, { type: 'test-recorded-work', data: { port: recorder.port, ms: 0, laterMs: 200 } }),
    ]);

    const batch = `clock-${randomUUID()}`;
    const events = [0, 3_000, 24 * HOUR_MS].map((delayMs) => ({ type: 'test-failing', data: { how: 'twice' }, delayMs }));
    const accepted = await service.app.request('/v1/batches', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ id: batch, events }),
    });
    expect(accepted.status).toBe(202);

    // It may be cancelled for as long as it waits.
    await until('it waits', async () => (await read(service, day)).status === 'waiting');
    const why = await (await service.app.request(`/v1/events/${day}/why`)).json();
    expect(why).toMatchObject({ reason: 'delay' });
    expect((await service.app.request(`/v1/events/${day}/cancel`, { method: 'POST' })).status).toBe(202);

    const ids = [soon, retried, heavy];
    await until('all others are complete', async () => {
      const events = await Promise.all(ids.map((id) => read(service, id)));
      return events.every(({ status }) => status === 'completed');
    });
    await until('a list has what came since then by the engine’s clock', async () => {
      const listed = await service.app.request(`/v1/events?type=test-failing&since=${since}`);
      const { items } = (await listed.json()) as { readonly items: readonly EventResource[] };
      return [day, soon, retried].every((id) => items.some((item) => item.id === id));
    });
    const { timers, endedAfterMs } = await timesOf(service, soon);
    expect(endedAfterMs).toBeGreaterThan(2_900);
    for (const ms of timers) expect(ms).toBeLessThanOrEqual(3_000);
    await until('the items that have no day to wait are complete', async () => {
      const { counts } = (await (await service.app.request(`/v1/batches/${batch}`)).json()) as BatchResource;
      return counts.completed === 2;
    });
    const waits = await (await service.app.request(`/v1/events/${batch}_2/why`)).json();
    expect(waits).toMatchObject({ reason: 'delay', details: { etaMs: expect.toSatisfy((ms: number) => ms >= 0 && ms <= 24 * HOUR_MS) } });
    const ofBatch = await timesOf(service, `${batch}~batch`);
    expect(ofBatch.lastChildAfterMs).toBeGreaterThan(2_900);
    for (const ms of ofBatch.timers) expect(ms).toBeLessThanOrEqual(24 * HOUR_MS);
    expect((await service.app.request(`/v1/events/${batch}_2/cancel`, { method: 'POST' })).status).toBe(202);
    for (const id of [retried, heavy]) for (const ms of (await timesOf(service, id)).timers) expect(ms).toBeLessThan(2_000);
  });
});

async function submit(service: TestService, event: Record<string, unknown>): Promise<string> {
  const id = randomUUID();
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ type: 'test-failing', id, ...event });
  expect((await service.app.request('/v1/events', { method: 'POST', headers, body })).status).toBe(202);
  return id;
}

async function read(service: TestService, id: string): Promise<EventResource> {
  return (await (await service.app.request(`/v1/events/${id}`)).json()) as EventResource;
}

/** How long the timers that a workflow had were to run, and after how long things happened, all by the engine's clock. */
async function timesOf({ client }: TestService, id: string) {
  const { events } = await client.workflow.getHandle(id).fetchHistory();
  const all = events ?? [];
  const beganMs = toMs(all[0]?.eventTime);
  const lastChild = all.findLast(({ startChildWorkflowExecutionInitiatedEventAttributes: child }) => child);
  return {
    timers: all.flatMap(({ timerStartedEventAttributes: timer }) => (timer ? [toMs(timer.startToFireTimeout)] : [])),
    endedAfterMs: toMs(all.at(-1)?.eventTime) - beganMs,
    lastChildAfterMs: toMs(lastChild?.eventTime) - beganMs,
  };
}

interface Seconds {
  readonly seconds?: { toString(): string } | null;
  readonly nanos?: number | null;
}

function toMs(time: Seconds | null | undefined): number {
  return Number(time?.seconds ?? 0) * 1_000 + (time?.nanos ?? 0) / 1e6;
}
