import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { createCatalog } from '../../../../domain/catalog.ts';
import { defineEvent } from '../../../../domain/define-event.ts';
import { on } from '../../../../domain/on.ts';
import { createPermits } from '../../../../domain/permits.ts';
import type { PermitHolder } from '../../../../domain/permits.ts';
import { PINNED_VERSION } from '../../../../engine/version.ts';
import { checkClock } from '../../../../project/doctor/check-clock.ts';
import { checkDisk } from '../../../../project/doctor/check-disk.ts';
import { checkNamespace } from '../../../../project/doctor/check-namespace.ts';
import { checkPermits } from '../../../../project/doctor/check-permits.ts';
import { checkQueues, NEEDED } from '../../../../project/doctor/check-queues.ts';
import { checkSearchAttributes } from '../../../../project/doctor/check-search-attributes.ts';
import { checkVersion, COMPOSED_SERVER } from '../../../../project/doctor/check-version.ts';
import { checkVersions } from '../../../../project/doctor/check-versions.ts';
import { longestHoldMs } from '../../../../project/doctor/longest-hold.ts';
import { SEARCH_ATTRIBUTES } from '../../../../temporal/durable/names.ts';

const NOW_MS = 1_800_000_000_000;
const KEYWORD = 2;

it('knows the version of the compose file’s server', () => {
  const file = new URL('../../../../docker-compose.yml', import.meta.url);
  const { services } = parse(readFileSync(file, 'utf8')) as { readonly services: Readonly<Record<string, { readonly image?: string }>> };
  const images = Object.values(services).map(({ image }) => image);
  expect(images).toContain(`temporalio/server:${COMPOSED_SERVER}`);
});

it.each([
  { isEmbedded: true, serverVersion: PINNED_VERSION.server, level: 'ok' },
  { isEmbedded: true, serverVersion: '1.28.0', level: 'fault' },
  { isEmbedded: false, serverVersion: COMPOSED_SERVER, level: 'ok' },
  { isEmbedded: false, serverVersion: '1.29.7', level: 'ok' },
  { isEmbedded: false, serverVersion: '1.18.2', level: 'warning' },
  { isEmbedded: false, serverVersion: '', level: 'warning' },
])('says $level of version "$serverVersion", of its own: $isEmbedded', ({ level, ...answer }) => {
  expect(checkVersion({ address: '127.0.0.1:7233', ...answer }).level).toBe(level);
});

it.each([
  { isFound: false, retentionMs: null, level: 'fault' },
  { isFound: true, retentionMs: null, level: 'ok' },
  { isFound: true, retentionMs: 1_000, level: 'ok' },
  { isFound: true, retentionMs: 999, level: 'warning' },
])('says $level of a namespace that is there: $isFound, and keeps runs for $retentionMs ms', ({ level, ...state }) => {
  expect(checkNamespace({ namespace: 'shop', longestCallbackMs: 1_000, ...state }).level).toBe(level);
});

it('names each search attribute of another type, and a command that adds what is missing', () => {
  const types = Object.fromEntries(SEARCH_ATTRIBUTES.map((name) => [name, KEYWORD]));
  const { Cause: _none, ...others } = types;

  expect(checkSearchAttributes({ namespace: 'shop', types })).toMatchObject([{ level: 'ok' }]);
  expect(checkSearchAttributes({ namespace: 'shop', types: { ...others, Tier: 1, Kind: 99 } })).toMatchObject([
    { level: 'fault', message: expect.stringContaining('"Tier" of the namespace "shop" has the type Text') },
    { level: 'fault', message: expect.stringContaining('"Kind" of the namespace "shop" has the type unknown') },
    { level: 'fault', remedy: 'temporal operator search-attribute create --namespace shop --name Cause --type Keyword' },
  ]);
});

it.each([
  { aheadMs: 0, uncertaintyMs: 0, level: 'ok' },
  { aheadMs: -2_500, uncertaintyMs: 600, level: 'ok' },
  { aheadMs: 2_500, uncertaintyMs: 100, level: 'warning' },
  { aheadMs: -61_000, uncertaintyMs: 100, level: 'fault' },
])('says $level of clocks that are $aheadMs ms apart, give or take $uncertaintyMs', ({ level, ...state }) => {
  expect(checkClock(state).level).toBe(level);
});

it.each([
  { refusal: 'EROFS', freeBytes: 10e9, level: 'fault' },
  { refusal: null, freeBytes: 10e9, level: 'ok' },
  { refusal: null, freeBytes: 1e9, level: 'warning' },
  { refusal: null, freeBytes: 1e8, level: 'fault' },
  { refusal: null, freeBytes: null, level: 'warning' },
])('says $level of a disk with room for $freeBytes bytes and the refusal $refusal', ({ level, ...state }) => {
  expect(checkDisk({ path: '/data', ...state })).toMatchObject([{ level }]);
});

it('finds a queue whose only poller has gone, and one that is behind', () => {
  const readings = NEEDED.map(({ queue, kind }) => ({
    queue,
    kind,
    pollers: [{ identity: 'one', build: null, seenMs: NOW_MS - 60_000 }],
    oldestWaitsMs: 0,
  }));
  const gone = { ...readings[0]!, pollers: [{ identity: 'one', build: null, seenMs: NOW_MS - 90_000 }], oldestWaitsMs: 95_000 };
  const behind = { ...readings[1]!, oldestWaitsMs: 30_000 };

  expect(checkQueues(readings, NOW_MS)).toMatchObject([{ level: 'ok' }]);
  expect(checkQueues([gone, behind, ...readings.slice(2)], NOW_MS)).toMatchObject([
    { level: 'fault', message: expect.stringMatching(/"light" for workflow tasks.*waited for 95 s/) },
    { level: 'warning', message: expect.stringMatching(/"heavy".*waited for 30 s/) },
  ]);
});

it('tells versions by live processes that run workflows', () => {
  const read = (kind: 'workflow' | 'activity', ...builds: readonly (string | null)[]) => ({
    queue: 'light',
    kind,
    pollers: builds.map((build, index) => ({ identity: `p${index}`, build, seenMs: NOW_MS })),
    oldestWaitsMs: 0,
  });
  const dead = { ...read('workflow', 'c'), pollers: [{ identity: 'dead', build: 'c', seenMs: 0 }] };

  expect(checkVersions([read('workflow', 'a', 'a'), read('activity', 'b'), dead], NOW_MS)).toMatchObject([
    { level: 'ok', message: 'All processes run the same workflows (p0, p1: a).' },
  ]);
  expect(checkVersions([read('workflow', 'a', 'b')], NOW_MS)).toMatchObject([
    { level: 'warning', message: 'Processes run 2 different versions of the workflows: a in p0; b in p1.' },
  ]);
  expect(checkVersions([read('workflow', null)], NOW_MS)).toMatchObject([
    { level: 'ok', message: expect.stringContaining('nothing can be said') },
  ]);
});

it('finds permits of runs that have ended, and those that are held for longer than any timeout', () => {
  const held = (runId: string, heldMs: number): PermitHolder => ({
    workflowId: runId,
    runId,
    event: runId,
    tier: 'normal',
    tenant: 'default',
    sinceMs: 0,
    grantedAtMs: NOW_MS - heldMs,
    isReserved: false,
  });
  const holders = [
    held('ended', 300_000),
    held('ended-just-now', 300_000),
    held('forgotten', 300_000),
    held('new', 1_000),
    held('long', 100_001),
    held('short', 100_000),
  ];
  const closedAtMs = new Map([
    ['ended', NOW_MS - 60_000],
    ['ended-just-now', NOW_MS - 59_999],
    ['forgotten', null],
    ['new', null],
  ]);

  const findings = checkPermits({ key: 'tasks', permits: { ...createPermits(6), holders }, closedAtMs }, NOW_MS, 100_000);

  expect(findings).toMatchObject([
    { level: 'fault', message: expect.stringContaining('"ended"'), remedy: expect.stringContaining(`'~limit/tasks' --name releasePermit`) },
    { level: 'fault', message: expect.stringContaining('"forgotten"') },
    { level: 'warning', message: expect.stringContaining('"long"') },
  ]);
});

it('takes the longest of all types and handlers with their attempts, up to the total of each', () => {
  const type = { data: z.unknown(), tier: 'normal', retry: { maxAttempts: 2 } } as const;
  const short = defineEvent({ ...type, type: 'short', handler: () => null, timeouts: { action: 1_000 } });
  const bounded = defineEvent({ ...type, type: 'bounded', handler: () => null, timeouts: { action: 60_000, total: 3_000 } });
  const handler = on(short, 'mail', () => null, { timeout: 5_000, retry: { maxAttempts: 1 } });

  expect(longestHoldMs(createCatalog([]))).toBe(0);
  expect(longestHoldMs(createCatalog([short]))).toBe(2_000);
  expect(longestHoldMs(createCatalog([short, bounded]))).toBe(3_000);
  expect(longestHoldMs(createCatalog([short, bounded], [], [handler]))).toBe(5_000);
});
