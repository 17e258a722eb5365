import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DeadLetterService, Orders } from '../../../api/dead-letter-service.ts';
import { startServer } from '../../../api/start-server.ts';
import type { HttpServer } from '../../../api/start-server.ts';
import type { DeadLetterResource } from '../../../domain/dead-letter-resource.ts';
import { createFakeBatches } from '../../support/fake-batches.ts';
import { startMemoryApp } from '../api/memory-app.ts';
import type { MemoryApp } from '../api/memory-app.ts';
import { callCli } from './call-cli.ts';
import type { CliResult } from './call-cli.ts';

const AT = '2026-01-01T00:00:00.000Z';
const CAUSE = '0123456789abcdef';
const LETTERS: readonly DeadLetterResource[] = [
  {
    cause: CAUSE,
    kind: 'event',
    type: 'order',
    stage: 'action',
    code: 'sold_out',
    message: 'there is no "…" left',
    count: 12,
    firstAt: AT,
    lastAt: AT,
    example: 'e-1',
  },
  {
    cause: 'fedcba9876543210',
    kind: 'callback',
    type: 'order',
    stage: null,
    code: 'http_500',
    message: 'https://a.example answers http_500',
    count: 3,
    firstAt: AT,
    lastAt: AT,
    example: 'e-2',
  },
];
const ORDERS: Orders = {
  orders: [
    { action: 'replay', event: 'e-1' },
    { action: 'replay', event: 'e-2' },
  ],
  count: 2,
  skipped: 1,
};

let letters: readonly DeadLetterResource[];
let orders: Orders;
let asked: unknown[];
let memory: MemoryApp;
let server: HttpServer;

beforeEach(async () => {
  letters = LETTERS;
  orders = ORDERS;
  asked = [];
  const deadLetters: DeadLetterService = {
    list: async () => ({ items: letters, asOf: AT }),
    events: async ({ cause, limit }) => {
      const event = await memory.events.get({ tenant: 'default', id: 'e-1' });
      return cause === CAUSE && event !== null ? { items: [event], nextCursor: limit === 1 ? 'more' : null } : null;
    },
    orders: async ({ cause }, limit) => {
      asked.push(limit);
      return cause === CAUSE ? orders : null;
    },
    ordersOf: async (...given) => {
      asked.push(given);
      return orders;
    },
    discard: async ({ cause }) => cause === CAUSE,
  };
  memory = startMemoryApp({ deadLetters });
  // How a batch of orders ends is up to the engine.
  const batches = createFakeBatches({ ends: 'partial' });
  const fetch = (request: Request) => (request.url.endsWith('/stream') ? batches.fetch(request) : memory.app.fetch(request));
  server = await startServer({ fetch, host: '127.0.0.1', port: 0, report: () => undefined });
});
afterEach(async () => {
  await memory.stop();
  await server.stop(1_000);
});

function call(line: string, stdin = ''): Promise<CliResult> {
  return callCli(line.split(' '), { environment: { TICKLESS_URL: server.url }, stdin });
}

async function valuesOf(line: string): Promise<readonly unknown[]> {
  const { out } = await call(`${line} --json`);
  return out
    .trimEnd()
    .split('\n')
    .map((value): unknown => JSON.parse(value));
}

async function itemsOf(batch: string): Promise<unknown> {
  return (await memory.request(`/v1/batches/${batch}/items`)).json();
}

describe('tickless dead-letters', () => {
  it('counts them by their cause', async () => {
    expect(await call('dead-letters')).toEqual({
      exitCode: 0,
      out: [
        'COUNT  KIND      TYPE   STAGE   CODE      LAST                      CAUSE             MESSAGE\n',
        `12     event     order  action  sold_out  ${AT}  ${CAUSE}  there is no "…" left\n`,
        `3      callback  order  –       http_500  ${AT}  fedcba9876543210  https://a.example answers http_500\n`,
      ].join(''),
      err: `counted at ${AT}\n`,
    });
    expect(await valuesOf('dead-letters')).toEqual(LETTERS);
  });

  it('says that there are none', async () => {
    letters = [];
    expect(await call('dead-letters')).toEqual({ exitCode: 0, out: '', err: `there were no dead letters at ${AT}\n` });
  });

  it('lists the events of a cause', async () => {
    await call('send test-failing --id e-1 --wait 10 --data {"how":"permanently"}');
    expect(await call(`dead-letters ${CAUSE} --limit 1`)).toEqual({
      exitCode: 0,
      out: expect.stringMatching(/^ID +TYPE +TIER +STATUS +ACCEPTED\ne-1 +test-failing +\w+ +failed +2\S+Z\n$/),
      err: 'there are more: --cursor more\n',
    });
    expect(await valuesOf(`dead-letters ${CAUSE}`)).toMatchObject([{ id: 'e-1', status: 'failed' }]);
    expect(await call('dead-letters none')).toMatchObject({ exitCode: 1, err: expect.stringContaining('(not_found)') });
  });

  it.each(['--limit 5', '--cursor c'])('lists causes on no pages: %s', async (page) => {
    expect(await call(`dead-letters ${page}`)).toMatchObject({ exitCode: 2, err: expect.stringMatching(/--\w+ needs a cause/) });
  });
});

describe('tickless dead-letters replay', () => {
  it('says which batch runs them again, and where to see what becomes of it', async () => {
    const { exitCode, out, err } = await call(
      `dead-letters replay ${CAUSE} --limit 5 --rate 0.5 --key k --patch -`,
      '[{"op":"remove","path":"/a"}]',
    );
    const [, id = ''] = /^(\S+) {2}accepted {2}2 to be run again\n$/.exec(out) ?? [];
    expect([exitCode, err]).toEqual([0, `1 more cannot be run again from here\nit goes on: tickless watch ${id}\n`]);
    expect(asked).toEqual([5]);
    expect(await itemsOf(id)).toMatchObject({
      items: [{ data: { action: 'replay', event: 'e-1', patch: [{ op: 'remove', path: '/a' }] } }, { data: { event: 'e-2' } }],
    });
    const again = await valuesOf(`dead-letters replay ${CAUSE} --limit 5 --rate 0.5 --key k --patch [{"op":"remove","path":"/a"}]`);
    expect(again).toMatchObject([{ id, joined: true, total: 2 }]);
  });

  it('takes an option that its group has too as its own, before and after its name', async () => {
    for (const line of [`dead-letters --limit 7 replay ${CAUSE}`, `dead-letters replay --limit 7 ${CAUSE}`])
      await call(`${line} --dry-run`);
    expect(asked).toEqual([7, 7]);
  });

  it('only says how many there are, in a dry run', async () => {
    expect(await call(`dead-letters replay ${CAUSE} --dry-run`)).toEqual({
      exitCode: 0,
      out: '2 to be run again\n',
      err: '1 more cannot be run again from here\n',
    });
    expect(await valuesOf(`dead-letters replay ${CAUSE} --dry-run`)).toEqual([{ count: 2, skipped: 1 }]);
    expect(await (await memory.request('/v1/batches')).json()).toMatchObject({ items: [] });
  });

  it('follows the batch when told to wait, and fails unless all of it completes', async () => {
    orders = { ...ORDERS, skipped: 0 };
    const { exitCode, out, err } = await call(`dead-letters replay ${CAUSE} --wait`);
    expect(exitCode).toBe(1);
    expect(out).toMatch(/^\S+ {2}accepted {2}2 to be run again\nb {2}partial {2}/);
    expect(err).toMatch(/^\[#+-+\] {2}10% /);
  });

  it.each([
    [1, `dead-letters replay ${CAUSE} --patch [{"op":"move"}]`, '(invalid_event)'],
    [1, 'dead-letters replay none', '(not_found)'],
    [2, `dead-letters replay ${CAUSE} --dry-run --wait`, "'--wait' cannot be used with option '--dry-run'"],
    [2, `dead-letters replay ${CAUSE} --patch {`, 'is not JSON'],
    [2, `dead-letters replay ${CAUSE} --rate many`, 'it is not a number'],
    [2, `dead-letters replay ${CAUSE} --cursor c`, "unknown option '--cursor'"],
    [2, `dead-letters replay`, 'missing required argument'],
    [2, `dead-letters replya ${CAUSE}`, 'too many arguments'],
  ])('ends with %i on %s', async (exitCode, line, message) => {
    expect(await call(line)).toEqual({ exitCode, out: '', err: expect.stringContaining(message) });
  });
});

describe('tickless dead-letters discard', () => {
  it('puts them aside', async () => {
    expect(await call(`dead-letters discard ${CAUSE}`)).toEqual({ exitCode: 0, out: `${CAUSE}  discarded\n`, err: '' });
    expect(await valuesOf(`dead-letters discard ${CAUSE}`)).toEqual([{ cause: CAUSE, discarded: true }]);
    expect(await call('dead-letters discard none')).toMatchObject({ exitCode: 1, out: '', err: expect.stringContaining('(not_found)') });
  });
});

describe('tickless destinations redeliver', () => {
  it('has those sent again that were given up between two times', async () => {
    const times = '--since 2026-01-01T00:00:00Z --until 2026-01-02T00:00:00+01:00';
    expect(await call(`destinations redeliver https://a.example ${times} --limit 7 --dry-run`)).toMatchObject({
      exitCode: 0,
      out: '2 to be run again\n',
    });
    const within = { sinceMs: Date.UTC(2026, 0, 1), untilMs: Date.UTC(2026, 0, 1, 23) };
    expect(asked).toEqual([[{ tenant: 'default', origin: 'https://a.example' }, within, 7]]);
    const { exitCode, out, err } = await call(`destinations redeliver https://a.example ${times}`);
    expect([exitCode, out]).toEqual([0, expect.stringMatching(/^\S+ {2}accepted {2}2 to be run again\n$/)]);
    expect(err).toContain(`it goes on: tickless watch ${out.split(' ')[0]}\n`);
    expect(await valuesOf(`destinations redeliver https://a.example ${times}`)).toMatchObject([{ total: 2, skipped: 1 }]);
  });

  it.each([
    [1, 'destinations redeliver nowhere --since 2026-01-01T00:00:00Z', 'is no origin'],
    [1, 'destinations redeliver https://a.example --since yesterday', '/since'],
    [2, 'destinations redeliver https://a.example', "required option '--since <time>' not specified"],
    [2, 'destinations redeliver --since 2026-01-01T00:00:00Z', 'missing required argument'],
  ])('ends with %i on %s', async (exitCode, line, message) => {
    orders = { orders: [], count: 0, skipped: 0 };
    expect(await call(line)).toEqual({ exitCode, out: '', err: expect.stringContaining(message) });
  });
});
