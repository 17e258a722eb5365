import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Pool } from 'undici';
import { drawLifeEvent } from '../domain/life/draw-life-event.ts';
import { deriveAction } from '../domain/life/action.ts';
import { deriveDecision } from '../domain/life/decision.ts';
import { deriveMeaning } from '../domain/life/meaning.ts';
import { lifeSubject } from '../events/life/life-subject.ts';
import { freePort, startServiceProcess } from '../test/support/service-process.ts';
import { quantiles } from './quantiles.ts';
import type { Quantiles } from './quantiles.ts';

// `npm run bench:subjects`: Life's events on their subjects, POST with wait → result recorded; one service with its engine.
const { values } = parseArgs({
  options: {
    single: { type: 'string', default: '300' },
    events: { type: 'string', default: '5000' },
    'in-flight': { type: 'string', default: '100' },
  },
});
const single = Number(values.single);
const events = Number(values.events);
const inFlight = Number(values['in-flight']);

const dataDirectory = await mkdtemp(join(tmpdir(), 'tickless-subjects-'));
const service = await startServiceProcess({ dataDirectory, port: await freePort(), env: { NODE_ENV: 'production' } });
const pool = new Pool(service.url, { connections: inFlight, pipelining: 1 });
try {
  await throughput(1_000, () => 'warm-up');
  process.stdout.write('| milliseconds, POST with wait → recorded | p50 | p95 | p99 |\n|---|---|---|---|\n');
  row('in this process, without durability', inProcess(single));
  for (const perSecond of [1, 10, 50]) row(`${perSecond} a second`, await atRate(perSecond, Math.min(single, perSecond * 20)));
  process.stdout.write(`\n| ${inFlight} in flight | events/s |\n|---|---|\n`);
  process.stdout.write(`| one subject | ${(await throughput(events, () => 'hot')).toFixed(0)} |\n`);
  process.stdout.write(`| 20 subjects | ${(await throughput(events, (index) => `of-20-${index % 20}`)).toFixed(0)} |\n`);
} finally {
  await pool.close();
  service.kill('SIGTERM');
  await service.exited;
  await rm(dataDirectory, { recursive: true, force: true });
}

async function atRate(perSecond: number, count: number): Promise<Quantiles> {
  const startedAt = performance.now();
  const times = Array.from({ length: count }, async (_, index) => {
    await pause(startedAt + (index * 1_000) / perSecond - performance.now());
    const sentAt = performance.now();
    await post(`rate-${perSecond}`);
    return performance.now() - sentAt;
  });
  return quantiles(await Promise.all(times));
}

/** The same rules, called one after the other. */
function inProcess(count: number): Quantiles {
  let state = lifeSubject.initial({ id: 'a', tenant: 'default', atMs: Date.now() });
  const times = Array.from({ length: count }, (_, index) => {
    const { type, intensity } = draw();
    const startedAt = performance.now();
    const atMs = Date.now();
    state = lifeSubject.settle(state, atMs);
    const meaning = deriveMeaning({ type, intensity }, state);
    const decision = deriveDecision(meaning, state);
    const action = deriveAction(decision, meaning, state);
    const event = {
      id: `e-${index}`,
      type,
      source: null,
      subject: 'a',
      time: '',
      data: { intensity, metadata: {} },
      tier: 'normal',
      urgency: 0,
    } as const;
    state = lifeSubject.apply(state, { ...event, tenant: 'default', results: { meaning, decision, action }, atMs });
    return performance.now() - startedAt;
  });
  return quantiles(times);
}

async function throughput(count: number, subjectOf: (index: number) => string): Promise<number> {
  let next = 0;
  const startedAt = performance.now();
  const lane = async (): Promise<void> => {
    while (next < count) {
      next += 1;
      await post(subjectOf(next));
    }
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  return count / ((performance.now() - startedAt) / 1_000);
}

async function post(subject: string): Promise<void> {
  const { type, intensity } = draw();
  const headers = { 'content-type': 'application/json', prefer: 'wait=30' };
  const response = await pool.request({
    path: '/v1/events',
    method: 'POST',
    headers,
    body: JSON.stringify({ type, subject, data: { intensity } }),
  });
  const text = await response.body.text();
  if (response.statusCode !== 200) throw new Error(`the service answered ${response.statusCode}: ${text}`);
}

function draw() {
  return drawLifeEvent({ typeShare: Math.random(), intensityShare: Math.random(), generation: 'later' });
}

function row(name: string, { p50, p95, p99 }: Quantiles): void {
  process.stdout.write(`| ${name} | ${p50.toFixed(2)} | ${p95.toFixed(2)} | ${p99.toFixed(2)} |\n`);
}
