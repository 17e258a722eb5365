import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServer } from '../../../api/start-server.ts';
import type { HttpServer } from '../../../api/start-server.ts';
import type { DestinationResource } from '../../../domain/destination-resource.ts';
import { startMemoryApp } from '../api/memory-app.ts';
import type { MemoryApp } from '../api/memory-app.ts';
import { callCli } from './call-cli.ts';
import type { CliResult } from './call-cli.ts';

const AT = '2026-01-01T00:00:00.000Z';
const DEAD: DestinationResource = {
  origin: 'https://shop.example:8443',
  state: 'open',
  parked: 3,
  failures: 7,
  connections: 16,
  nextProbeAt: AT,
};
const WELL: DestinationResource = { ...DEAD, origin: 'https://a.example', state: 'half_open', parked: 0, nextProbeAt: null };

let memory: MemoryApp;
let server: HttpServer;
beforeAll(async () => {
  memory = startMemoryApp({
    overrides: {
      deliveries: async ({ id }) => {
        if (id !== 'd-1') return id === 'd-2' ? [] : null;
        return [
          { at: AT, status: null, durationMs: 30_000, error: 'timeout' },
          { at: AT, status: 500, durationMs: 12, error: 'http_500', excerpt: 'out of order', reason: 'probe' },
          { at: AT, status: 204, durationMs: 7, error: null, reason: 'redelivery' },
        ];
      },
      redeliver: async ({ id }) => (id === 'd-1' ? 'redelivering' : 'nothing_sent'),
    },
    destinations: {
      list: async ({ cursor }) => (cursor === 'none' ? { items: [], nextCursor: null } : { items: [DEAD, WELL], nextCursor: 'more' }),
      resume: async ({ origin }) => (origin === DEAD.origin ? { ...DEAD, state: 'half_open' } : null),
    },
  });
  server = await startServer({ fetch: memory.app.fetch, host: '127.0.0.1', port: 0, report: () => undefined });
});
afterAll(async () => {
  await memory.stop();
  await server.stop(1_000);
});

function call(line: string, stdin = ''): Promise<CliResult> {
  return callCli(line.split(' '), { environment: { TICKLESS_URL: server.url }, stdin });
}

/** The values of a command's lines of JSON. */
async function valuesOf(line: string): Promise<readonly unknown[]> {
  const { out } = await call(`${line} --json`);
  return out
    .trimEnd()
    .split('\n')
    .map((value): unknown => JSON.parse(value));
}

describe('tickless deliveries', () => {
  it('shows every attempt in a table', async () => {
    expect(await call('deliveries d-1')).toEqual({
      exitCode: 0,
      out: [
        'AT                        STATUS  MS     REASON      OUTCOME\n',
        `${AT}  –       30000  schedule    timeout\n`,
        `${AT}  500     12     probe       http_500\n`,
        `${AT}  204     7      redelivery  delivered\n`,
      ].join(''),
      err: '',
    });
  });

  it('gives machines a line for each', async () => {
    expect(await valuesOf('deliveries d-1')).toMatchObject([
      { status: null, reason: 'schedule' },
      { status: 500, excerpt: 'out of order' },
      { status: 204, error: null },
    ]);
  });

  it('says that there was none, and of whom there is nothing to say', async () => {
    expect(await call('deliveries d-2')).toEqual({ exitCode: 0, out: '', err: 'there was no attempt\n' });
    expect(await call('deliveries nobody')).toMatchObject({ exitCode: 1, err: expect.stringContaining('(not_found)') });
  });
});

describe('tickless redeliver', () => {
  it('says that the callback will be sent again, and where to see what becomes of it', async () => {
    const err = 'what became of it: tickless deliveries d-1\n';
    expect(await call('redeliver d-1')).toEqual({ exitCode: 0, out: 'd-1  redelivering\n', err });
    expect(await valuesOf('redeliver d-1')).toMatchObject([{ id: 'd-1', status: 'redelivering' }]);
  });

  it('fails where none was asked for', async () => {
    expect(await call('redeliver d-2')).toMatchObject({ exitCode: 1, out: '', err: expect.stringContaining('has no terminal callback') });
  });
});

describe('tickless destinations', () => {
  it('lists those that failed', async () => {
    expect(await call('destinations')).toEqual({
      exitCode: 0,
      out: [
        'ORIGIN                     BREAKER    PARKED  FAILURES  CONNECTIONS  NEXT PROBE\n',
        `https://shop.example:8443  open       3       7         16           ${AT}\n`,
        'https://a.example          half_open  0       7         16           –\n',
      ].join(''),
      err: 'there are more: --cursor more\n',
    });
    expect(await valuesOf('destinations --limit 2')).toEqual([DEAD, WELL]);
    expect(await call('destinations --cursor none')).toEqual({ exitCode: 0, out: '', err: 'no destination has failed lately\n' });
  });

  it('has one of them probed', async () => {
    expect(await call(`destinations --resume ${DEAD.origin}`)).toMatchObject({
      exitCode: 0,
      out: expect.stringMatching(/\nhttps:\/\/shop\.example:8443 {2}half_open {2}/),
    });
    expect(await valuesOf(`destinations --resume ${DEAD.origin}`)).toEqual([{ ...DEAD, state: 'half_open' }]);
    expect(await call('destinations --resume https://b.example')).toMatchObject({ exitCode: 1, err: expect.stringContaining('not_found') });
  });
});

describe('tickless subjects', () => {
  it("shows a subject's state and version, and its events", async () => {
    await call('send joy --subject life-1 --id s-1 --wait --data -', '{"intensity":0.3}');
    const { exitCode, out } = await call('subjects life/life-1');
    expect(exitCode).toBe(0);
    expect(out).toMatch(/^life\/life-1 {2}version 1\n {2}updated +2\S+Z\n/);
    expect(out).toMatch(/\n {2}energy +\d/);
    expect(await valuesOf('subjects life/life-1')).toMatchObject([{ type: 'life', version: 1, state: { energy: expect.any(Number) } }]);
    expect((await call('subjects life/life-1 --events')).out).toMatch(/^ID .*\ns~life~life-1~s-1 +joy +normal +completed +2\S+Z\n$/);
    expect((await call('subjects life/life-1 --changes')).out).toMatch(/^version 1 .*\n(?:.*\n)* +\/energy +– → 99\.\d+\n/);
    expect(await valuesOf('subjects life/life-1 --changes')).toMatchObject([{ version: 1, events: 1 }]);
    expect(await valuesOf('subjects life/life-1 --events')).toMatchObject([{ id: 's~life~life-1~s-1', version: 1 }]);
  });

  it('fails where there is none, and where it is named otherwise', async () => {
    expect(await call('subjects life/nobody')).toMatchObject({ exitCode: 1, err: expect.stringContaining('there is no subject') });
    expect(await call('subjects life')).toEqual({ exitCode: 2, out: '', err: 'error: "life" is no subject: name it as type/id\n' });
  });
});

describe('tickless types', () => {
  it('lists them', async () => {
    const { exitCode, out } = await call('types');
    expect(exitCode).toBe(0);
    expect(out).toMatch(/^TYPE +TIER +WEIGHT +STAGES +HANDLERS\n/);
    expect(out).toMatch(/\njoy +normal +light +meaning, decision, action +–\n/);
    expect(out).toMatch(/\ntest-topic +normal +light +– +\S+, .+\n/);
    expect(await valuesOf('types')).toContainEqual(expect.objectContaining({ type: 'joy', weight: 'light' }));
  });

  it('shows one, with the schema of its data', async () => {
    const { exitCode, out } = await call('types joy');
    expect(exitCode).toBe(0);
    expect(out).toMatch(/^joy {2}normal {2}light {2}.+\n {2}stages +meaning, decision, action\n/);
    expect(JSON.parse(out.slice(out.indexOf('\n  schema\n') + '\n  schema\n'.length))).toMatchObject({ type: 'object' });
    expect(await valuesOf('types joy')).toMatchObject([{ type: 'joy', schema: { type: 'object' } }]);
    const ordered = (await call('types test-ordered')).out;
    expect(ordered).toMatch(/\n {2}handler +quick {2}light\n/);
    expect(ordered).toMatch(/\n {2}handler +after-quick {2}light {2}after quick\n/);
  });

  it('names the nearest', async () => {
    expect(await call('types jou')).toMatchObject({ exitCode: 1, err: expect.stringContaining('the nearest is "joy"') });
  });
});

it("shows an event's handlers", async () => {
  const data = '{"behave":{"other":"refuse"}}';
  const { exitCode, out } = await call('send test-ordered --id h-1 --wait --data -', data);
  expect(exitCode).toBe(1);
  expect(out).toMatch(/^h-1 {2}test-ordered {2}normal {2}partial\n/);
  const shown = (await call('get h-1')).out;
  expect(shown).toMatch(/\n {2}handler +quick {2}completed {2}1 attempt\n/);
  expect(shown).toMatch(/\n {2}handler +other {2}failed {2}1 attempt {2}refused: other refuses\n/);
});
