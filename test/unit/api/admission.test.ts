import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createAdmission } from '../../../api/admission.ts';
import type { Admit, Admitted } from '../../../api/admission.ts';
import { createBacklog } from '../../../api/backlog.ts';
import { createIntake } from '../../../api/intake.ts';
import type { Intake } from '../../../api/intake.ts';
import { createLiveRuns } from '../../../api/live-runs.ts';
import type { LiveRuns } from '../../../api/live-runs.ts';
import type { AcceptedEvent } from '../../../domain/accepted-event.ts';
import { eventWorkflowId } from '../../../temporal/durable/workflow-ids.ts';
import { acceptRun, beginAttempt, endRun } from '../../../domain/event-run.ts';
import { acceptedEvent, lightPlan } from '../domain/event-samples.ts';

let intake: Intake;
let letters: Intake;
let heavies: Intake;
let liveRuns: LiveRuns;
let admit: Admit;
let waitingInCluster: number;
let reads: number;

beforeEach(() => {
  vi.useFakeTimers();
  waitingInCluster = 0;
  reads = 0;
  intake = createIntake({ maxInFlight: 1, maxWaiting: 10, maxWaitMs: 1_000, now: Date.now });
  letters = createIntake({ maxInFlight: 1, maxWaiting: 10, maxWaitMs: 1_000, now: Date.now });
  heavies = createIntake({ maxInFlight: 2, maxWaiting: 1, maxWaitMs: 1_000, now: Date.now });
  liveRuns = createLiveRuns();
  const read = async (): Promise<number> => {
    reads += 1;
    return waitingInCluster;
  };
  admit = createAdmission({ intake, letters, heavy: heavies, liveRuns, backlog: createBacklog({ maxWaiting: 100, read, now: Date.now }) });
});
afterEach(async () => {
  await vi.advanceTimersByTimeAsync(10_000);
  expect(intake).toMatchObject({ inFlight: 0, waiting: 0 });
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

describe('a light event', () => {
  it('takes up room in this process until its run ends here', async () => {
    expect(await start(light('a'))).toMatchObject({ admitted: true });
    expect(intake.inFlight).toBe(1);
    begin('a');
    end('b');
    await settle();
    expect(intake.inFlight).toBe(1);
    end('a');
    await settle();
    expect(intake.inFlight).toBe(0);
    expect(reads).toBe(0);
  });

  it('takes up room for 10 s if nothing is seen of it here', async () => {
    await start(light('a'));
    await settle(9_999);
    expect(intake.inFlight).toBe(1);
    await settle(1);
    expect(intake.inFlight).toBe(0);
  });

  it('takes up room for 2 s after it was seen here last', async () => {
    await start(light('a'));
    await settle(3_000);
    begin('a');
    await settle(1_999);
    begin('a');
    await settle(1_999);
    expect(intake.inFlight).toBe(1);
    await settle(1);
    expect(intake.inFlight).toBe(0);
  });

  it.each([
    ['begins', begin],
    ['ends', end],
  ])('may be seen before it is known to be started: it %s', async (_what, see) => {
    const admitted = await admit(light('a'));
    see('a');
    follow(admitted, light('a'));
    await settle(2_000);
    expect(intake.inFlight).toBe(0);
  });

  it('of a tenant is known by its workflow, as two tenants may use one id', async () => {
    await start(light('a', { tenant: 'acme' }));
    end('a');
    await settle();
    expect(intake.inFlight).toBe(1);
    end('a', { tenant: 'acme' });
    await settle();
    expect(intake.inFlight).toBe(0);
  });

  it('gives its room back at once when it was not started after all', async () => {
    const admitted = await admit(light('a'));
    leave(admitted);
    await settle();
    expect(intake.inFlight).toBe(0);
    leave(admitted);
    end('a');
    await settle(2_000);
    expect(intake.inFlight).toBe(0);
  });

  it('that is to wait for its time takes no room', async () => {
    for (const id of ['a', 'b', 'c']) expect(await start(light(id, { delayMs: 60_000 }))).toMatchObject({ admitted: true });
    await settle();
    expect(intake.inFlight).toBe(0);
  });

  it('waits for room, and is let in as soon as another ends', async () => {
    await start(light('a'));
    let answered = false;
    const second = start(light('b')).finally(() => {
      answered = true;
    });
    await settle(500);
    expect(answered).toBe(false);
    end('a');
    expect(await second).toMatchObject({ admitted: true });
    expect(intake.inFlight).toBe(1);
  });

  it('is sent away when it has waited for a second, where others wait too', async () => {
    await start(light('a'));
    const [second, third] = [start(light('b')), start(light('c'))];
    await settle(1_000);
    expect(await second).toEqual({ admitted: false, reason: 'intake', retryAfterMs: expect.any(Number) });
    end('a');
    await third;
    end('c');
  });

  it("doesn't depend on the backlog", async () => {
    waitingInCluster = 1_000;
    expect(await start(light('a', { tier: 'bulk' }))).toMatchObject({ admitted: true });
  });
});

it('lets an event of a subject in by itself, until whoever submitted it has its answer', async () => {
  await start(light('a'));
  const admitted = await admit(light('b', { plan: { ...lightPlan, subjectType: 'life' } }));
  await settle(5_000);
  expect(letters.inFlight).toBe(1);
  leave(admitted);
  expect(letters.inFlight).toBe(0);
});

describe('a heavy event', () => {
  it('takes no room in this process once it is started', async () => {
    await start(light('a'));
    for (const id of ['b', 'c', 'd']) await start(heavy(id));
    expect(intake).toMatchObject({ inFlight: 1, waiting: 0 });
    expect(heavies.inFlight).toBe(0);
    expect(reads).toBe(1);
  });

  it('waits while many others are being started, and is sent away where too many wait, the lower tiers first', async () => {
    const starting = [await admit(heavy('a')), await admit(heavy('b'))];
    const waiting = admit(heavy('c', { tier: 'high' }));
    expect(await admit(heavy('d', { tier: 'low' }))).toEqual({ admitted: false, reason: 'intake', retryAfterMs: expect.any(Number) });
    for (const admitted of starting) leave(admitted);
    leave(await waiting);
    expect(heavies).toMatchObject({ inFlight: 0, waiting: 0 });
  });

  it('is refused when too many wait in the cluster, the lower tiers earlier', async () => {
    waitingInCluster = 80;
    expect(await admit(heavy('a', { tier: 'low' }))).toEqual({ admitted: false, reason: 'backlog', retryAfterMs: 10_000 });
    expect(await admit(heavy('a', { tier: 'critical' }))).toMatchObject({ admitted: true });
  });
});

async function settle(ms = 0): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
}

/** Admitted and started, so that it is watched. */
async function start(event: AcceptedEvent): Promise<Admitted> {
  const admitted = await admit(event);
  if (admitted.admitted) follow(admitted, event);
  return admitted;
}

function follow(admitted: Admitted, event: AcceptedEvent): void {
  if (!admitted.admitted) throw new Error('it was not admitted');
  admitted.follow(event);
}

function leave(admitted: Admitted): void {
  if (!admitted.admitted) throw new Error('it was not admitted');
  admitted.leave();
}

/** What this process sees of a run whose first stage begins. */
function begin(id: string): void {
  const event = light(id);
  liveRuns.observe(beginAttempt(acceptRun(event), 'meaning'), { id: eventWorkflowId(event), runId: '1' });
}

/** What this process sees of a run that has ended. */
function end(id: string, fields: Partial<AcceptedEvent> = {}): void {
  const event = light(id, fields);
  liveRuns.observe(endRun(acceptRun(event), { status: 'completed', endedAtMs: Date.now() }), { id: eventWorkflowId(event), runId: '1' });
}

function light(id: string, fields: Partial<AcceptedEvent> = {}): AcceptedEvent {
  return acceptedEvent({ id, ...fields });
}

function heavy(id: string, fields: Partial<AcceptedEvent> = {}): AcceptedEvent {
  return acceptedEvent({ id, plan: { ...lightPlan, weight: 'heavy', limits: [{ key: 'tasks', capacity: 5, reserved: {} }] }, ...fields });
}
