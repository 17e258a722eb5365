import { afterAll, beforeAll, expect, it } from 'vitest';
import { TypeBlockedError } from '../../../domain/question.ts';
import type { Ask, Question } from '../../../domain/question.ts';
import { createGuardedAsk } from '../../../handlers/hosts/guarded-ask.ts';
import { createHostPool } from '../../../handlers/hosts/pool.ts';
import type { HostPool } from '../../../handlers/hosts/pool.ts';
import { monotonicMs } from '../../../runtime/monotonic.ts';
import { hostFromSource } from '../../../worker/host-program.ts';
import { ACCEPT_SETTINGS } from '../../support/accept-settings.ts';
import { noServices } from '../../support/handler-services.ts';

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const WELL = { adapted: null, ok: true, data: { how: 'well', where: 'schema' }, tier: 'normal', urgency: 0.5 } as const;
let pool: HostPool;

beforeAll(async () => {
  pool = createHostPool({
    program: hostFromSource('test/support/host-main.ts'),
    environment: process.env,
    settings: {
      services: { dataDirectory: noServices.dataDirectory, services: noServices.services },
      callbackAllow: [],
      accept: ACCEPT_SETTINGS,
    },
    memoryMb: 160,
    graceMs: 100,
    workerHosts: 1,
    log,
  });
  await pool.ready;
});

afterAll(() => pool.close());

/** One that knows of no suspects. */
function newAsk(): Ask {
  return createGuardedAsk(pool, { log, monotonicMs });
}

function submitted(how: string, where = 'schema'): Extract<Question, { kind: 'accept' }> {
  return { kind: 'accept', type: 'test-planted-asked', tenant: 'acme', envelope: { type: 'test-planted-asked', data: { how, where } } };
}

it('gives what a type says of an event, and what its schema finds', async () => {
  const ask = newAsk();
  const limits = [{ key: 'asked', capacity: 5, reserved: {} }];
  expect(await ask(submitted('well'))).toEqual({ ...WELL, limits });
  expect(await ask(submitted('badly'))).toMatchObject({ ok: false, faults: [{ pointer: '/data/how' }] });
  expect(await ask({ kind: 'show', type: 'test-planted-seen', state: { seen: 3 } })).toEqual({ seen: 3 });
  expect(await ask({ kind: 'describe', type: 'test-planted-asked' })).toMatchObject({
    schema: { type: 'object', required: ['how', 'where'] },
    isDataRequired: true,
    olderForm: null,
  });
});

it.concurrent.each([
  ['loop', 'schema', 'it takes longer than 1000 ms'],
  ['expression', 'tier', 'it takes longer than 1000 ms'],
  ['native', 'urgency', 'it takes longer than 1000 ms'],
  ['never', 'schema', 'it takes longer than 1000 ms'],
  ['heap', 'limit', /its process (ended with|took)/],
  ['exit', 'limit', 'its process ended with code 3'],
  ['kill', 'schema', 'its process ended with SIGKILL'],
  ['throw', 'tier', 'it threw TypeError'],
] as const)('has no answer where a type does this: %s in its %s, and answers all others', async (how, where, reason) => {
  const ask = newAsk();
  const good = Array.from({ length: 20 }, () => ask(submitted('well')));
  const bad = ask(submitted(how, where));
  const later = Array.from({ length: 20 }, () => ask(submitted('well')));

  const blocked = await bad.then(
    () => null,
    (error: unknown) => error,
  );
  expect(blocked).toBeInstanceOf(TypeBlockedError);
  expect(String(blocked)).toMatch(reason);
  for (const answer of [...good, ...later]) expect(await answer).toMatchObject(WELL);
});

it('asks a type that was to blame alone from then on', async () => {
  const ask = newAsk();
  await expect(ask(submitted('loop'))).rejects.toThrow(TypeBlockedError);
  const before = pool.pids().length;
  const answers = await Promise.allSettled([
    ask(submitted('loop')),
    ask(submitted('well')),
    ask({ kind: 'show', type: 'test-planted-seen', state: { seen: 1 } }),
  ]);
  expect(answers.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
  expect(before).toBeGreaterThan(0);
});

it('has no answer where a state can’t be shown', async () => {
  await expect(newAsk()({ kind: 'show', type: 'test-planted-seen', state: { seen: -1 } })).rejects.toThrow('"test-planted-seen"');
});

it('says so where its processes lack a type', async () => {
  await expect(newAsk()({ ...submitted('well'), type: 'test-nowhere' })).rejects.toThrow('do not know it');
});
