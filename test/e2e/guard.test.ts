import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { BatchResource } from '../../domain/batch-resource.ts';
import type { EventResource } from '../../domain/event-resource.ts';
import { PLANTED } from '../support/planted-definitions.ts';
import { proof } from '../support/proof.ts';
import { freePort, startServiceProcess } from '../support/service-process.ts';
import type { ServiceProcess } from '../support/service-process.ts';
import { until } from '../support/until.ts';

// Good events of each way to run them, and one that does harm in between, of every kind on every way.
const WAYS = ['test-planted', 'test-planted-grouped', 'test-planted-heavy', 'test-planted-on-subject'] as const;
const size = proof({
  reduced: { good: 40, planted: ['loop', 'exit'] as readonly string[], restartAfter: [] as readonly number[] },
  full: { good: 1_000, planted: PLANTED, restartAfter: [3, 7] },
});
const GRACE_MS = 200;
// Of `planted-definitions.ts`: two attempts of 0.7 s.
const ATTEMPTS_MS = 2 * (700 + GRACE_MS);
const ENDS_WITHIN_MS = ATTEMPTS_MS + 10_000;
const EITHER = ['timeout', 'crashed'];
const CODES: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(['loop', 'expression', 'native', 'never', 'deaf'].map((how) => [how, ['timeout']])),
  ...Object.fromEntries(['exit', 'kill', 'throw', 'reject'].map((how) => [how, ['crashed']])),
  // Its time may be over before the memory is full.
  heap: EITHER,
  buffers: EITHER,
};

let dataDirectory: string;
let service: ServiceProcess;
let port: number;
const start = (): Promise<ServiceProcess> =>
  startServiceProcess({
    dataDirectory,
    port,
    env: { HANDLER_GRACE_MS: String(GRACE_MS), HANDLER_MEMORY_MB: '200', NODE_ENV: 'production' },
  });

beforeEach(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), 'tickless-guard-'));
  port = await freePort();
  service = await start();
});
afterEach(async () => {
  service.kill('SIGTERM');
  await service.exited;
  await rm(dataDirectory, { recursive: true, force: true });
});

it('fails each handler that harms its process, and nobody else', { timeout: 1_800_000 }, async () => {
  const looking = lookAtLiveness();
  const seen = new Map<string, EventResource>();
  const again = new Set<string>();
  const planted: Sent[] = [];
  const good: Sent[] = [];
  const goodBeside = Math.ceil(size.good / (size.planted.length * WAYS.length));
  for (const [index, how] of size.planted.entries()) {
    const sent = await Promise.all(
      WAYS.flatMap((type) => [send(type, how), ...Array.from({ length: goodBeside }, () => send(type, 'well'))]),
    );
    planted.push(...sent.filter((one) => one.how !== 'well'));
    good.push(...sent.filter((one) => one.how === 'well'));
    const isKilled = size.restartAfter.includes(index);
    if (isKilled) await restart();
    // The next begin when these have ended: what each kind does is seen by itself.
    // A subject remembers only its last ones in full.
    for (const { id } of sent) {
      const event = await ended(id);
      seen.set(id, event);
      // What was under way when the service was killed is begun again, which isn't charged.
      if (isKilled) again.add(id);
    }
  }
  const items = await itemsOfBatch(['well', ...size.planted, 'well', 'well']);

  for (const { id, type } of good) {
    expect(seen.get(id)).toMatchObject({ id, type, status: 'completed', ...(!again.has(id) && { attempts: { action: 1 } }) });
  }
  for (const { id, how, type } of planted) {
    const { status = null, error } = seen.get(id) ?? {};
    expect({ type, how, status, isRight: CODES[how]?.includes(error?.code ?? '') }).toEqual({ type, how, status: 'failed', isRight: true });
  }
  expect(items.map(({ status }) => status)).toEqual(['completed', ...size.planted.map(() => 'failed'), 'completed', 'completed']);
  const { p99Ms, worstMs, count } = await looking.stop();
  process.stderr.write(`/livez, asked ${count} times meanwhile: p99 ${p99Ms.toFixed(1)} ms, worst ${worstMs.toFixed(1)} ms\n`);
  expect(count).toBeGreaterThan(0);
});

async function restart(): Promise<void> {
  service.kill('SIGKILL');
  await service.exited;
  service = await start();
}

interface Sent {
  readonly how: string;
  readonly type: string;
  readonly id: string;
}

/** Sends it until it is accepted: a subject whose events end their processes answers late, and knows it by its id. */
async function send(type: string, how: string): Promise<Sent> {
  const name = type === 'test-planted-on-subject' ? { subject: `s-${how}`, id: randomUUID() } : {};
  const body = JSON.stringify({ type, data: { how }, ...name });
  const headers = { 'content-type': 'application/json' };
  const { id } = await until(
    `"${how}" is accepted`,
    async () => {
      const response = await fetch(`${service.url}/v1/events`, { method: 'POST', headers, body }).catch(() => null);
      return response?.ok && ((await response.json()) as { readonly id: string });
    },
    120_000,
  );
  return { how, type, id };
}

async function itemsOfBatch(hows: readonly string[]): Promise<readonly EventResource[]> {
  const events = hows.map((how) => ({ type: 'test-planted', data: { how } }));
  const body = JSON.stringify({ id: 'batch', mode: 'concurrent', events });
  await fetch(`${service.url}/v1/batches`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  await until('the batch has ended', async () => ((await read('/v1/batches/batch')) as BatchResource).completedAt !== null, 240_000);
  return ((await read('/v1/batches/batch/items?limit=100')) as { readonly items: readonly EventResource[] }).items;
}

async function read(path: string): Promise<unknown> {
  const response = await fetch(`${service.url}${path}`);
  expect([path, response.status]).toEqual([path, 200]);
  return response.json();
}

async function ended(id: string): Promise<EventResource> {
  return until(
    `"${id}" has ended`,
    async () => {
      const response = await fetch(`${service.url}/v1/events/${encodeURIComponent(id)}`).catch(() => null);
      const event = response?.status === 200 ? ((await response.json()) as EventResource) : null;
      return event !== null && event.completedAt !== null && event;
    },
    ENDS_WITHIN_MS + 60_000,
  );
}

/** Asks ten times a second whether the process lives. */
function lookAtLiveness() {
  const stopping = new AbortController();
  const tookMs: number[] = [];
  const looking = (async () => {
    while (!stopping.signal.aborted) {
      const startedMs = performance.now();
      const response = await fetch(`${service.url}/livez`).catch(() => null);
      // While it is started again nobody answers.
      if (response !== null) {
        expect(response.status).toBe(200);
        tookMs.push(performance.now() - startedMs);
      }
      await pause(100);
    }
  })();
  looking.catch(() => undefined);
  return {
    async stop() {
      stopping.abort();
      await looking;
      const sorted = tookMs.toSorted((a, b) => a - b);
      return { count: sorted.length, p99Ms: sorted[Math.floor(0.99 * sorted.length)] ?? 0, worstMs: sorted.at(-1) ?? 0 };
    },
  };
}
