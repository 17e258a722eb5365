import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderStats } from '../../../cli/render-stats.ts';
import type { StatsResource } from '../../../domain/stats-resource.ts';
import { startServer } from '../../../api/start-server.ts';
import type { HttpServer } from '../../../api/start-server.ts';
import { startMemoryApp } from '../api/memory-app.ts';
import { until } from '../../support/until.ts';
import type { MemoryApp } from '../api/memory-app.ts';
import { callCli } from './call-cli.ts';
import type { CliCall } from './call-cli.ts';

const KEY = 'a-key-of-some-length';
const limit = { key: 'tasks', capacity: 5, reserved: { critical: 1 }, otherHolders: 2, otherWaiters: 0, waiting: 1 };
const holders = [{ event: 'a', since: '2026-01-01T00:00:00.000Z' }];
const waiters = [{ event: 'b', tier: 'low', position: 1, since: '2026-01-01T00:00:00.000Z' }] as const;

let memory: MemoryApp;
let server: HttpServer;
const POINT = {
  at: '2026-01-01T12:00:00.000Z',
  accepted: 0,
  completed: 0,
  failed: 0,
  cancelled: 0,
  shed: 0,
  callbacks: { delivered: 0, failed: 0 },
  p50Ms: {},
  p95Ms: {},
};
const COUNTS = { critical: 0, high: 0, normal: 0, low: 0, bulk: 0 };
const STATS: StatsResource = {
  points: [
    POINT,
    {
      ...POINT,
      at: '2026-01-01T12:01:00.000Z',
      accepted: 3,
      completed: 2,
      callbacks: { delivered: 1, failed: 0 },
      p50Ms: { critical: 2, low: 9 },
    },
  ],
  now: {
    backlog: COUNTS,
    running: { ...COUNTS, normal: 4 },
    permits: { tasks: { capacity: 5, held: 5, waiting: 3, longestHeldMs: 9_000 } },
    destinationsOpen: 1,
  },
};

beforeAll(async () => {
  memory = startMemoryApp({
    keys: [{ tenant: 'default', key: KEY }],
    limits: {
      list: async ({ cursor }) => ({ items: [{ ...limit, holders, waiters }], nextCursor: cursor === undefined ? 'more' : null }),
      get: async () => ({ ...limit, holders, waiters }),
      setCapacity: async (_key, capacity) => ({ kind: 'set', limit: { ...limit, capacity: capacity ?? 5, holders, waiters } }),
    },
    stats: { read: async () => STATS },
  });
  server = await startServer({ fetch: memory.app.fetch, host: '127.0.0.1', port: 0, report: () => undefined });
});
afterAll(async () => {
  await memory.stop();
  await server.stop(1_000);
});

/** With address and key from the environment. */
function call(line: string, more: CliCall & { readonly data?: string } = {}) {
  const parameters = [...line.split(' '), ...(more.data === undefined ? [] : ['--data', more.data])];
  return callCli(parameters, { environment: { TICKLESS_URL: server.url, TICKLESS_API_KEY: KEY }, ...more });
}

describe('tickless replay', () => {
  it('says which run has begun', async () => {
    await call('send test-failing --id r-1 --wait 10', { data: '{"how":"permanently"}' });
    expect(await call('replay r-1')).toEqual({ exitCode: 0, out: 'r-1  test-failing  run 2  accepted\n', err: '' });
  });

  it('shows the outcome when told to wait, and fails when the run does', async () => {
    await call('send test-failing --id r-2 --wait 10', { data: '{"how":"permanently"}' });
    const { exitCode, out } = await call('replay r-2 --wait --from stage --key k');
    expect([exitCode, out]).toEqual([1, expect.stringContaining('told_to_fail: it was told to fail')]);
    const patch = '[{"op":"replace","path":"/how","value":"twice"}]';
    const mended = await callCli(['replay', 'r-2', '--wait', '10', '--patch', '-'], {
      environment: { TICKLESS_URL: server.url, TICKLESS_API_KEY: KEY },
      stdin: patch,
    });
    expect(mended).toMatchObject({ exitCode: 0, out: expect.stringContaining('completed') });
  });

  it('says how to go on when the wait is over, and why there is nothing to replay', async () => {
    await call('send joy --id r-3 --wait', { data: '{"intensity":0.3}' });
    expect(await call('replay r-3')).toMatchObject({ exitCode: 1, err: expect.stringContaining('(not_replayable)') });
    expect(await call('replay r-3 --from middle')).toMatchObject({ exitCode: 2 });
  });
});

describe('tickless send', () => {
  it('says that an event is accepted', async () => {
    expect(await call('send joy --id s-1', { data: '{"intensity":0.3}' })).toEqual({
      exitCode: 0,
      out: 's-1  joy  normal  accepted\n',
      err: '',
    });
  });

  it('shows the outcome when told to wait', async () => {
    const { exitCode, out } = await call('send joy --id s-2 --wait --urgency 0.2 --tier high --source here', { data: '{"intensity":0.3}' });
    expect(exitCode).toBe(0);
    expect(out).toMatch(/^s-2 {2}joy {2}high {2}completed\n {2}accepted .*\n {2}timings .*ms\n {2}result {4}\{"meaning".*\n$/);
  });

  it('fails when the event does', async () => {
    const { exitCode, out } = await call('send test-failing --wait 10', { data: '{"how":"permanently"}' });
    expect(exitCode).toBe(1);
    expect(out).toContain('told_to_fail: it was told to fail');
  });

  it('takes data from standard input, and fails when the wait is over, saying how to go on', async () => {
    const { exitCode, out, err } = await call('send joy --id s-3 --delay 86400000 --wait 1 --tier 800 --data -', {
      stdin: '{"intensity":0.3}',
    });
    expect({ exitCode, out, err }).toEqual({
      exitCode: 1,
      out: 's-3  joy  high  accepted\n',
      err: 'it goes on: tickless watch s-3\n',
    });
    await call('cancel s-3');
  });

  it('says where the input is wrong', async () => {
    const { exitCode, out, err } = await call('send joy --callback https://example.org/', { data: '{"intensity":9}' });
    expect({ exitCode, out }).toEqual({ exitCode: 1, out: '' });
    expect(err).toMatch(/^error: \/data\/intensity: .+ \(invalid_event\)\n$/);
  });

  it('says each thing that is wrong once', async () => {
    const { err } = await call('send joy --tier hi', { data: '{"intensity":9}' });
    expect(err).toMatch(/^error: \/tier: .+ \(invalid_event\)\n {2}\/data\/intensity {2}.+\n$/);
  });
});

describe('tickless', () => {
  it('shows what has followed from an event', async () => {
    const leaf = { name: 'leaf', type: 'test-branch' };
    await call('send test-branch --id t-1 --wait --data -', { stdin: JSON.stringify({ ...leaf, first: [{ ...leaf, first: [leaf] }] }) });
    await until('all of it has ended', async () => (await call('tree t-1')).out.match(/completed/g)?.length === 3);

    const { out } = await call('tree t-1');
    expect(out).toMatch(
      /^t-1 {2}test-branch {2}completed\n {2}k~\S+ {2}test-branch {2}completed\n {4}k~\S+ {2}test-branch {2}completed\n$/,
    );
  });

  it('shows, lists and explains an event', async () => {
    await call('send joy --id g-1 --wait', { data: '{"intensity":0.3}' });
    expect((await call('get g-1')).out).toMatch(/^g-1 {2}joy {2}normal {2}completed\n(.*\n)* {2}data {6}\{"intensity":0\.3,.*\}\n/);
    expect(JSON.parse((await call('get g-1 --json')).out)).toMatchObject({ id: 'g-1', status: 'completed' });
    expect((await call('why g-1')).out).toMatch(/^g-1 {2}completed {2}.+\n/);
    const listed = await call('list --type joy --status completed --limit 200');
    expect(listed.out).toMatch(/^ID +TYPE +TIER +STATUS +ACCEPTED\n(.*\n)*g-1 +joy +normal +completed +2\S+Z\n/);
    const page = await call('list --limit 1 --json');
    expect(JSON.parse(page.out)).toMatchObject({ status: expect.any(String) });
    expect(page.err).toMatch(/^there are more: --cursor \S+\n$/);
  });

  it('watches an event to its end, and fails when it is cancelled', async () => {
    await call('send joy --id w-1 --delay 86400000', { data: '{"intensity":0.3}' });
    const watching = call('watch w-1');
    const asJson = call('watch w-1 --json');
    expect(await call('cancel w-1')).toEqual({ exitCode: 0, out: 'w-1  event  cancelling\n', err: '' });
    expect(await watching).toMatchObject({ exitCode: 1, out: expect.stringContaining('w-1  joy  normal  cancelled\n') });
    const last = (await asJson).out.trimEnd().split('\n').at(-1) ?? '';
    expect(JSON.parse(last)).toMatchObject({ id: 'w-1', status: 'cancelled' });
    expect((await call('watch w-1')).exitCode).toBe(1);
  });

  it('stops watching at Ctrl-C, and says that the work goes on', async () => {
    await call('send joy --id w-2 --delay 86400000', { data: '{"intensity":0.3}' });
    const enough = new AbortController();
    const watching = call('watch w-2', { interruption: enough.signal });
    enough.abort();
    expect(await watching).toEqual({ exitCode: 130, out: '', err: expect.stringContaining('it goes on: tickless watch w-2\n') });
    await call('cancel w-2');
  });

  it('shows and sets limits', async () => {
    expect(await call('limits')).toEqual({
      exitCode: 0,
      out: 'KEY    CAPACITY  RESERVED    HOLDERS  WAITING\ntasks  5         critical 1  3        1\n',
      err: 'there are more: --cursor more\n',
    });
    expect((await call('limits --limit 1 --cursor more')).err).toBe('');
    expect((await call('limits tasks --set 10')).out).toMatch(
      /tasks {2}10 .*\n {2}holder {2}a {2}since 2\S+\n {2}waiter {2}1 {2}b {2}low {2}since/,
    );
    expect(JSON.parse((await call('limits --json')).out)).toMatchObject({ key: 'tasks' });
    expect((await call('limits tasks --set configured')).exitCode).toBe(0);
  });

  it('shows what happened lately, and how it stands', async () => {
    const { exitCode, out } = await call('stats --minutes 2');
    expect(exitCode).toBe(0);
    expect(out.split('\n').map((line) => line.trimEnd())).toEqual([
      'MINUTE                    ACCEPTED  COMPLETED  FAILED  SHED  CALLED BACK  CALLS FAILED  P50 MS             P95 MS',
      '2026-01-01T12:01:00.000Z  3         2          0       0     1            0             critical 2, low 9  –',
      '',
      'running: normal 4',
      'waiting for a permit: –',
      'tasks: 5 of 5 held, 3 wait',
      'destinations with an open circuit breaker: 1',
      '',
    ]);
    expect(JSON.parse((await call('stats --json')).out)).toEqual(STATS);
    expect(renderStats({ ...STATS, points: STATS.points.slice(0, 1) })).toMatch(/^nothing happened in 1 minutes\n/);
  });

  it('colours what stands out, for people only', async () => {
    await call('send joy --id c-1 --wait', { data: '{"intensity":0.3}' });
    expect((await call('get c-1', { hasColors: true })).out).toContain('\u001b[32mcompleted\u001b[39m');
    expect((await call('get c-1 --json', { hasColors: true })).out).not.toContain('\u001b[');
  });

  it.each([
    ['get nobody', 'there is no event "nobody" (not_found)'],
    ['watch nobody', 'there is no event "nobody" (not_found)'],
    ['why nobody', 'there is no event "nobody" (not_found)'],
    ['cancel nobody', 'there is no event "nobody" (not_found)'],
    ['get a --url http://127.0.0.1:1', 'is the service up?'],
    ['get a --api-key another-key-of-some-length', '(unauthorized)'],
  ])('fails with 1 on %s', async (line, message) => {
    expect(await call(line)).toEqual({ exitCode: 1, out: '', err: expect.stringContaining(message) });
  });

  it.each([
    ['gte a', 'Did you mean get?'],
    ['get', 'missing required argument'],
    ['get a b', 'too many arguments'],
    ['get a --jsno', 'Did you mean --json?'],
    ['list --status done', 'Allowed choices'],
    ['list --limit many', 'it is not a number'],
    ['limits tasks --set some', 'it is a whole number'],
    ['limits --set 3', '--set needs a key'],
    ['send joy --data {', 'is not JSON'],
    ['send joy --data {"a":9007199254740993}', "can't be sent as it is: /a: the integer"],
    [`send joy --data ${'['.repeat(201)}${']'.repeat(201)}`, 'nested deeper than 200 levels'],
    ['send joy --data @/nowhere.json', 'no such file'],
    ['batch /nowhere.ndjson', 'no such file'],
    ['get a --url nowhere', 'is not an http address'],
    ['sned', 'Did you mean send?'],
  ])('ends with 2 on %s', async (line, message) => {
    expect(await call(line)).toEqual({ exitCode: 2, out: '', err: expect.stringContaining(message) });
  });

  it('looks for the service where its own settings have it listen, but for an address', async () => {
    await call('send joy --id p-1 --wait', { data: '{"intensity":0.3}' });
    const { port } = new URL(server.url);
    const environment = { PORT: port, TICKLESS_API_KEY: KEY };
    expect((await call('get p-1', { environment })).exitCode).toBe(0);
    expect((await call('get p-1', { environment: { ...environment, TICKLESS_URL: 'http://127.0.0.1:1' } })).err).toContain(
      'nothing answers at http://127.0.0.1:1',
    );
    expect((await call('get p-1', { environment: { PORT: 'abc' } })).err).toContain('"http://127.0.0.1:abc" is not an http address');
  });

  it('says its version', async () => {
    expect((await call('--version')).out).toMatch(/^\d+\.\d+\.\d+\S*\n$/);
  });

  it('has help with an example for each command', async () => {
    const help = await call('--help');
    expect(help.exitCode).toBe(0);
    expect(help.out).toMatch(/\nA project:\n {2}init (.*\n)+\nA service that runs:\n {2}send /);
    const commands = [...help.out.matchAll(/^ {2}([a-z][a-z-]+) .*/gm)].map(([, name]) => name ?? '').filter((name) => name !== 'help');
    expect(commands).toEqual([
      'init',
      'dev',
      'start',
      'config',
      'doctor',
      'api',
      'worker',
      'send',
      'get',
      'list',
      'watch',
      'why',
      'tree',
      'cancel',
      'replay',
      'deliveries',
      'redeliver',
      'batch',
      'types',
      'subjects',
      'limits',
      'destinations',
      'dead-letters',
      'stats',
      'verify',
      'completion',
    ]);
    const own = ['dead-letters replay', 'dead-letters discard', 'destinations redeliver'];
    for (const command of [...commands, ...own]) expect((await call(`${command} --help`)).out).toContain(`  $ tickless ${command}`);
  });
});
