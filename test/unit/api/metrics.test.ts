import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Admit, Admitted } from '../../../api/admission.ts';
import { createMetrics } from '../../../api/metrics.ts';
import { createCatalog } from '../../../domain/catalog.ts';
import type { AcceptedEvent } from '../../../domain/accepted-event.ts';
import { ownDefinitions } from '../../support/own-definitions.ts';
import type { ApiUnderTest } from '../../contract/api-under-test.ts';
import { createApiUnderTest, expectProblem } from '../../contract/api-under-test.ts';
import { startMemoryApp } from './memory-app.ts';
import type { MemoryApp, MemoryAppOptions } from './memory-app.ts';

const CATALOG = createCatalog(ownDefinitions);
const JOY = { type: 'joy', data: { intensity: 0.3 } };

let memory: MemoryApp;
let api: ApiUnderTest;
/** What was asked to be admitted, how often room was given back at once, and what was followed to its end. */
let asked: AcceptedEvent[];
let left: number;
let followed: string[];

beforeEach(() => {
  asked = [];
  left = 0;
  followed = [];
  start({ admit: admitting({ admitted: true, leave: () => (left += 1), follow: ({ id }) => followed.push(id) }) });
});
afterEach(() => memory.stop());

describe('an event that there is no room for', () => {
  it.each([
    { reason: 'intake', retryAfterMs: 1_000, seconds: '1' },
    { reason: 'intake', retryAfterMs: 1_001, seconds: '2' },
    { reason: 'backlog', retryAfterMs: 10_000, seconds: '10' },
  ] as const)('in the $reason is answered with 503 and when to come again: $seconds s', async ({ reason, retryAfterMs, seconds }) => {
    start({ admit: admitting({ admitted: false, reason, retryAfterMs }) });
    const answer = await api.submit({ ...JOY, id: 'a', tier: 'low' });
    expectProblem(answer, 503, 'overloaded');
    expect(answer.body).toMatchObject({
      type: 'https://iana.org/assignments/http-problem-types#temporary-reduced-capacity',
      detail: 'there is no room for a low event just now',
    });
    expect(answer.headers.get('retry-after')).toBe(seconds);
    expectProblem(await api.send('GET', '/v1/events/a'), 404, 'not_found');
  });

  it('is counted by its tier and the reason, and not as accepted', async () => {
    start({ admit: async ({ tier }) => ({ admitted: false, reason: tier === 'critical' ? 'backlog' : 'intake', retryAfterMs: 1_000 }) });
    for (const tier of ['low', 'critical', 'low', 'normal']) await api.submit({ ...JOY, tier });
    const text = await scrape();
    expect(valuesOf(text, 'tickless_events_shed_total')).toEqual({
      'tier="low",reason="intake"': 2,
      'tier="critical",reason="backlog"': 1,
      'tier="normal",reason="intake"': 1,
    });
    expect(valuesOf(text, 'tickless_events_accepted_total')).toEqual({});
  });
});

describe('an event that is let in', () => {
  it('is counted by its type and tier, and its answer is timed', async () => {
    await api.submit(JOY);
    await api.submit(JOY, { prefer: 'wait=30' });
    await api.submit({ ...JOY, tier: 'critical' });
    const text = await scrape();
    expect(valuesOf(text, 'tickless_events_accepted_total')).toEqual({ 'type="joy",tier="normal"': 2, 'type="joy",tier="critical"': 1 });
    expect(valuesOf(text, 'tickless_event_seconds_count')).toEqual({ 'tier="normal",part="ack"': 2, 'tier="critical",part="ack"': 1 });
    expect(valuesOf(text, 'tickless_events_shed_total')).toEqual({});
    // Only of the one that was waited for is it known here that it has ended.
    expect([left, followed.length]).toEqual([1, 2]);
  });

  it('gives its room back, uncounted, when its id was used before with other content', async () => {
    await api.submit({ ...JOY, id: 'a' });
    expectProblem(await api.submit({ ...JOY, id: 'a', data: { intensity: 0.4 } }), 409, 'id_conflict');
    expect([left, followed.length]).toEqual([1, 1]);
    expect(valuesOf(await scrape(), 'tickless_events_accepted_total')).toEqual({ 'type="joy",tier="normal"': 1 });
  });

  it('gives its room back when it was there already', async () => {
    for (let times = 0; times < 2; times += 1) expect((await api.submit({ ...JOY, id: 'a' })).status).toBe(202);
    expect([left, followed.length]).toEqual([1, 1]);
  });

  it('gives its room back, uncounted, when it could not be started', async () => {
    memory.events.setAway(true);
    expectProblem(await api.submit(JOY), 503, 'engine_unavailable');
    expect([left, followed.length]).toEqual([1, 0]);
    expect(valuesOf(await scrape(), 'tickless_events_accepted_total')).toEqual({});
  });

  it('was found to be valid before', async () => {
    expectProblem(await api.submit({ type: 'shok' }), 422, 'unknown_type');
    expect(asked).toEqual([]);
    await api.submit({ ...JOY, id: 'a' });
    expect(asked.map(({ id, tier }) => ({ id, tier }))).toEqual([{ id: 'a', tier: 'normal' }]);
  });
});

describe('/metrics', () => {
  it('is what Prometheus reads, and needs no key', async () => {
    start({ keys: [{ tenant: 'acme', key: 'key-1' }] });
    const answer = await api.send('GET', '/metrics');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(answer.text).toContain('process_cpu_seconds_total');
    expect(answer.text).toContain('# TYPE tickless_events_shed_total counter');
  });

  it('asks the intake at each scrape', async () => {
    const intake = { waiting: 3, inFlight: 7 };
    const { registry, watchIntake } = createMetrics(CATALOG);
    watchIntake(() => intake);
    expect(valuesOf(await registry.metrics(), 'tickless_intake')).toEqual({ 'state="waiting"': 3, 'state="in_flight"': 7 });
    intake.waiting = 0;
    expect(valuesOf(await registry.metrics(), 'tickless_intake')).toEqual({ 'state="waiting"': 0, 'state="in_flight"': 7 });
  });

  it('counts the light events that were not handed back at once', async () => {
    const metrics = createMetrics(CATALOG);
    metrics.eagerMissed();
    metrics.eagerMissed();
    expect(await metrics.registry.metrics()).toMatch(/^tickless_eager_starts_missed_total 2$/m);
  });
});

function start(options: MemoryAppOptions): void {
  memory = startMemoryApp(options);
  api = createApiUnderTest(() => memory);
}

function admitting(answer: Admitted): Admit {
  return async (event) => {
    asked.push(event);
    return answer;
  };
}

async function scrape(): Promise<string> {
  return (await api.send('GET', '/metrics')).text;
}

/** A metric's values by their labels. */
function valuesOf(text: string, name: string): Readonly<Record<string, number>> {
  const lines = text.matchAll(new RegExp(`^${name}\\{(.*)\\} (\\S+)$`, 'gm'));
  return Object.fromEntries([...lines].map(([, labels, value]) => [labels, Number(value)]));
}

it('counts deliveries by their outcome, and times those of events that succeed', async () => {
  const metrics = createMetrics(CATALOG);
  metrics.delivery({ tenant: 'default', outcome: 'delivered', tier: 'high', seconds: 0.5 });
  metrics.delivery({ tenant: 'default', outcome: 'delivered', tier: null, seconds: 0.5 });
  metrics.delivery({ tenant: 'default', outcome: 'parked', tier: 'high', seconds: 9 });
  const text = await metrics.registry.metrics();
  expect(valuesOf(text, 'tickless_deliveries_total')).toEqual({ 'outcome="delivered"': 2, 'outcome="parked"': 1 });
  expect(valuesOf(text, 'tickless_event_seconds_count')).toEqual({ 'tier="high",part="callback"': 1 });
});

it('keeps one count for all types that it does not know', async () => {
  const metrics = createMetrics(CATALOG);
  for (const type of ['made-up', 'made-up-2', 'joy']) metrics.accepted({ tenant: 'default', type, tier: 'normal' }, 0.001);
  expect(valuesOf(await metrics.registry.metrics(), 'tickless_events_accepted_total')).toEqual({
    'type="unknown",tier="normal"': 2,
    'type="joy",tier="normal"': 1,
  });
});

it('counts verdicts by type, tier and outcome, and times how long those that were begun waited and ran', async () => {
  const metrics = createMetrics(CATALOG);
  const end = {
    event: 'e-1',
    run: 1,
    tenant: 'default',
    type: 'joy',
    tier: 'normal',
    outcome: 'completed',
    queuedMs: 20,
    runMs: 300,
  } as const;
  metrics.ended(end);
  metrics.ended({ ...end, type: 'made-up', outcome: 'failed', queuedMs: null, runMs: null });
  const text = await metrics.text();
  expect(valuesOf(text, 'tickless_events_completed_total')).toEqual({
    'type="joy",tier="normal",outcome="completed"': 1,
    'type="unknown",tier="normal",outcome="failed"': 1,
  });
  expect(valuesOf(text, 'tickless_event_seconds_sum')).toEqual({ 'tier="normal",part="queued"': 0.02, 'tier="normal",part="run"': 0.3 });
});

it('counts the items of a batch as accepted, and what becomes of processes for handlers', async () => {
  const metrics = createMetrics(CATALOG);
  metrics.acceptedItems({ tenant: 'default', type: 'joy', tier: 'low' }, 200);
  for (const event of ['started', 'started', 'suspected', { ended: 'memory' }] as const) metrics.host(event);
  metrics.recovered(1.2);
  const text = await metrics.text();
  expect(valuesOf(text, 'tickless_events_accepted_total')).toEqual({ 'type="joy",tier="low"': 200 });
  expect(valuesOf(text, 'tickless_hosts_ended_total')).toEqual({ 'cause="memory"': 1 });
  expect(text).toMatch(/^tickless_hosts_started_total 2$/m);
  expect(text).toMatch(/^tickless_host_suspects_total 1$/m);
  expect(text).toMatch(/^tickless_recovery_seconds_sum 1.2$/m);
});

it('shows what others measure beside its own', async () => {
  const metrics = createMetrics(CATALOG);
  metrics.append(async () => 'temporal_up 1\n');
  metrics.append(async () => '');
  const text = await metrics.text();
  expect(text).toMatch(/^temporal_up 1$/m);
  expect(text).toContain('process_cpu_seconds_total');
});
