import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCatalog } from '../../../domain/catalog.ts';
import { isEnded } from '../../../domain/event-run.ts';
import { recordOutcome } from '../../../domain/run-outcome.ts';
import { applyChange } from '../../../domain/state-change.ts';
import type { Due, DueRun, Told } from '../../../handlers/advance-port.ts';
import type { Advance } from '../../../handlers/advance.ts';
import { createGuardedAdvance } from '../../../handlers/hosts/guarded-advance.ts';
import { createHostPool } from '../../../handlers/hosts/pool.ts';
import type { HostPool } from '../../../handlers/hosts/pool.ts';
import { Stopped } from '../../../handlers/stopped.ts';
import { hostFromSource } from '../../../worker/host-program.ts';
import { ACCEPT_SETTINGS } from '../../support/accept-settings.ts';
import { noServices } from '../../support/handler-services.ts';
import { PLANTED, plantedDefinitions } from '../../support/planted-definitions.ts';
import { until } from '../../support/until.ts';
import { runOf } from '../../unit/handlers/advance-samples.ts';

const MEMORY_MB = 160;
const CODES: Readonly<Record<(typeof PLANTED)[number], string>> = {
  loop: 'timeout',
  expression: 'timeout',
  heap: 'crashed',
  buffers: 'crashed',
  exit: 'crashed',
  kill: 'crashed',
  native: 'timeout',
  throw: 'crashed',
  reject: 'crashed',
  never: 'timeout',
  deaf: 'timeout',
};

const catalog = createCatalog(plantedDefinitions);
let pool: HostPool;
let advance: Advance;

beforeAll(async () => {
  pool = createHostPool({
    program: hostFromSource('test/support/host-main.ts'),
    environment: process.env,
    settings: {
      services: { dataDirectory: noServices.dataDirectory, services: noServices.services },
      callbackAllow: [],
      accept: ACCEPT_SETTINGS,
    },
    memoryMb: MEMORY_MB,
    graceMs: 100,
    workerHosts: 1,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  });
  advance = createGuardedAdvance(pool);
  await pool.ready;
});

afterAll(() => pool.close());

function planted(type: string, how: string, id: string, more: object = {}): DueRun {
  const definition = catalog.find(type);
  if (definition === undefined) throw new Error(`there is no type "${type}"`);
  return runOf(definition, { id, acceptedAtMs: Date.now(), data: { how, times: 1_000, ms: 20, ...more } });
}

function dueOf(runs: readonly DueRun[], due: Partial<Due> = {}): Due {
  return {
    runs,
    atOnce: runs.length,
    inOrder: false,
    goOn: 'until-it-waits',
    bounds: null,
    subject: null,
    ...due,
  };
}

function oneAttempt(how: string, id: string): Due {
  return dueOf([planted('test-planted', how, id)], { goOn: 'one-attempt' });
}

/** Has it advanced, and those that wait again, until all have ended. */
async function untilEnded(due: Due, told: (told: Told) => void = () => undefined): Promise<{ runs: readonly DueRun[]; calls: number }> {
  const runs = [...due.runs];
  for (let calls = 1; ; calls += 1) {
    const open = runs.flatMap((run, index) => (isEnded(run.phase) ? [] : [index]));
    if (open.length === 0) return { runs, calls };
    const part = { ...due, runs: open.flatMap((index) => runs[index] ?? []) };
    const { runs: advanced } = await advance(part, { signal: new AbortController().signal, tell: told });
    for (const [place, index] of open.entries()) {
      const one = advanced[place];
      const run = runs[index];
      if (one?.kind === 'advanced' && run !== undefined) runs[index] = recordOutcome(run, one.outcome);
    }
  }
}

/** Those that were not charged anything, and whether all of them have completed. */
function expectUncharged(runs: readonly DueRun[]): void {
  expect(runs.map((run) => [run.phase.status, run.failures, run.attempts['action']])).toEqual(
    runs.map(() => ['completed', { failed: 0, lost: 0 }, 1]),
  );
}

describe('a handler that ends or holds up its process', () => {
  it.each(PLANTED)('fails its event alone, whatever was in flight beside it: %s', async (how) => {
    const good = Array.from({ length: 4 }, (_, index) => planted('test-planted', 'slowly', `good-${how}-${index}`));

    const { runs } = await untilEnded(
      dueOf([
        ...good.slice(0, 2),
        planted(CODES[how] === 'crashed' ? 'test-planted-patient' : 'test-planted', how, `bad-${how}`),
        ...good.slice(2),
      ]),
    );

    expect(runs[2]).toMatchObject({
      phase: { status: 'failed', error: { code: CODES[how], stage: 'action' } },
      attempts: { action: 2 },
      failures: { failed: 2, lost: 0 },
    });
    expectUncharged([...runs.slice(0, 2), ...runs.slice(3)]);
  });

  it('completes its event where a later attempt does better', async () => {
    const { runs } = await untilEnded(dueOf([planted('test-planted-patient', 'exit', 'mended', { times: 1 })]));

    expect(runs[0]).toMatchObject({
      phase: { status: 'completed' },
      results: { action: { attempt: 2 } },
      failures: { failed: 0, lost: 0 },
    });
  });

  it('disturbs nobody of another call', async () => {
    const [bad, good] = await Promise.all([
      untilEnded(dueOf([planted('test-planted-patient', 'exit', 'bad')])),
      untilEnded(dueOf([planted('test-planted', 'slowly', 'good')])),
    ]);

    expect(bad.runs[0]?.phase).toMatchObject({ status: 'failed', error: { code: 'crashed' } });
    expectUncharged(good.runs);
  });

  it('fails its stage alone where each attempt is recorded by itself', async () => {
    const good = Array.from({ length: 3 }, (_, index) => untilEnded(oneAttempt('slowly', `good-${index}`)));
    const [bad, ...others] = await Promise.all([untilEnded(oneAttempt('kill', 'bad')), ...good]);

    expect(bad?.runs[0]?.phase).toMatchObject({
      status: 'failed',
      error: { code: 'crashed', message: expect.stringContaining('SIGKILL') },
    });
    expectUncharged(others.flatMap(({ runs }) => runs));
  });

  it('fails its event on a subject, whose other events are applied once each, in order', async () => {
    const hows = ['well', 'exit', 'well', 'loop', 'well'];
    const runs = hows.map((how, index) => planted('test-planted-on-subject', how, `letter-${index}`));
    const subject = { key: { type: 'test-planted-seen', id: 's', tenant: 'default' }, version: 7, state: null, updatedAtMs: null };

    let state: unknown = null;
    let version = 7;
    const phases: unknown[] = [];
    while (phases.length < hows.length) {
      const due = dueOf(runs.slice(phases.length), { atOnce: 1, inOrder: true, subject: { ...subject, state, version } });
      const { runs: advanced, change } = await advance(due, { signal: new AbortController().signal, tell: () => undefined });
      if (change !== null) state = applyChange(state, change);
      for (const one of advanced) {
        if (one?.kind !== 'advanced') break;
        version = one.outcome.version ?? 0;
        phases.push([one.outcome.phase.status, 'error' in one.outcome.phase ? one.outcome.phase.error.code : null, version]);
      }
    }

    expect(phases).toEqual([
      ['completed', null, 8],
      ['failed', 'crashed', 9],
      ['completed', null, 10],
      ['failed', 'timeout', 11],
      ['completed', null, 12],
    ]);
    expect(state).toEqual({ seen: 3 });
  });

  it('that is told to stop and does not is ended, and its neighbours are not charged', async () => {
    const stop = new AbortController();
    let onBegun = (): void => undefined;
    const begun = new Promise<void>((resolve) => (onBegun = resolve));
    const deaf = advance(dueOf([planted('test-planted', 'deaf', 'deaf')]), {
      signal: stop.signal,
      tell: (told) => told.kind === 'run' && told.state.phase.status === 'running' && onBegun(),
    });
    const good = untilEnded(dueOf([planted('test-planted', 'slowly', 'good')]));
    await begun;
    stop.abort(new Stopped('cancelled'));

    await expect(deaf).rejects.toEqual(new Stopped('cancelled'));
    expectUncharged((await good).runs);
  });
});

it('is busy while handlers that compute keep all processes for workers from answering, and not after that', async () => {
  expect(pool.isBusy('worker')).toBe(false);
  const running = untilEnded(oneAttempt('loop', 'busy'));
  await until('it is busy', async () => pool.isBusy('worker'));
  await running;

  expect(pool.isBusy('worker')).toBe(false);
});

describe('a host', () => {
  it('lets handlers end what they are at when the service is asked to stop by a signal to all processes', async () => {
    const running = untilEnded(dueOf([planted('test-planted-patient', 'slowly', 'interrupted', { ms: 300 })]));
    for (const pid of pool.pids()) process.kill(pid, 'SIGINT');
    for (const pid of pool.pids()) process.kill(pid, 'SIGTERM');

    expectUncharged((await running).runs);
  });

  it('is replaced when it is killed, and what was in flight there goes on uncharged', async () => {
    const running = untilEnded(dueOf([planted('test-planted-patient', 'slowly', 'moved', { ms: 1_000 })]));
    const [pid] = pool.pids();
    if (pid !== undefined) process.kill(pid, 'SIGKILL');

    expectUncharged((await running).runs);
  });
});

describe('what a handler says', () => {
  it('never fills the memory of the service, whatever it logs', async () => {
    const told: Told[] = [];

    const { runs } = await untilEnded(dueOf([planted('test-planted', 'logs', 'talkative')]), (one) => told.push(one));

    expectUncharged(runs);
    const lines = told.filter((one) => one.kind === 'log');
    expect(lines.length).toBeLessThan(5_000);
    expect(lines.at(-1)?.message).toContain('were left out');
    expect(JSON.stringify(lines).length).toBeLessThan(1024 * 1024);
  });
});
