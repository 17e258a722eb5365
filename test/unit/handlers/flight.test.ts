import { beforeEach, describe, expect, it } from 'vitest';
import { stateOf } from '../../../domain/event-run.ts';
import type { Phase } from '../../../domain/event-run.ts';
import type { Due, DueRun, Told } from '../../../handlers/advance-port.ts';
import { createFlight } from '../../../handlers/hosts/flight.ts';
import { NOON_MS } from '../domain/event-samples.ts';
import { runsOf, stagedType } from './advance-samples.ts';

// Its stages have 10 s each.
const type = stagedType((name) => name);
const GRACE_MS = 2_000;
let nowMs: number;
let told: Told[];

beforeEach(() => {
  nowMs = 1_000;
  told = [];
});

function flyWith(runs: number, fields: Partial<DueRun['event']> = {}) {
  const due: Due = {
    runs: runsOf(runs, type).map((run) => ({ ...run, event: { ...run.event, ...fields } })),
    atOnce: runs,
    inOrder: false,
    goOn: 'until-it-waits',
    bounds: null,
    subject: null,
  };
  const port = { signal: new AbortController().signal, tell: (one: Told) => void told.push(one) };
  const flight = createFlight(
    due,
    port,
    GRACE_MS,
    () => nowMs,
    () => NOON_MS,
  );
  const tell = (index: number, phase: Phase): void => {
    const run = due.runs[index];
    if (run === undefined) throw new Error('there is no such run');
    flight.tell({ kind: 'run', index, state: { ...stateOf(run), phase } });
  };
  return { flight, tell };
}

describe('what is in flight', () => {
  it('has to be heard of within the time of its longest stage, and the grace', () => {
    const { flight } = flyWith(2);

    expect(flight.dueMs()).toBe(1_000 + 10_000 + GRACE_MS);
    expect([...flight.overdue(60_000)]).toEqual([]);
  });

  it('has a time for each stage of a run that has begun, and none once it waits or has ended', () => {
    const { flight, tell } = flyWith(3);
    tell(0, { status: 'running', stage: 'meaning' });
    nowMs = 5_000;
    tell(1, { status: 'running', stage: 'action' });

    expect(flight.dueMs()).toBe(13_000);
    expect([...flight.overdue(13_000)]).toEqual([0]);
    expect([...flight.overdue(17_000)]).toEqual([0, 1]);

    tell(0, { status: 'running', stage: 'decision' });
    tell(1, { status: 'completed', endedAtMs: 1 });
    expect([...flight.overdue(17_000)]).toEqual([0]);
    tell(0, { status: 'failed', endedAtMs: 1, error: { code: 'x', message: '', stage: null, retryable: false } });
    expect(flight.dueMs()).toBe(Infinity);
  });

  it('knows how far each run was, and tells it on', () => {
    const { flight, tell } = flyWith(2);
    const half = { step: 'load', percent: 50, message: '' };
    tell(1, { status: 'running', stage: 'action' });
    flight.tell({ kind: 'progress', index: 1, progress: half });
    flight.tell({ kind: 'log', index: 1, level: 'info', message: 'line', fields: undefined });
    flight.tell({ kind: 'progress', index: 7, progress: half });

    expect(flight.latest.map(({ phase, progress }) => [phase.status, progress])).toEqual([
      ['accepted', null],
      ['running', half],
    ]);
    expect(told.map(({ kind }) => kind)).toEqual(['run', 'progress', 'log']);
  });

  it('is put off by time that isn’t its own, but by no more than 5 s', () => {
    const { flight, tell } = flyWith(1);
    tell(0, { status: 'running', stage: 'meaning' });

    flight.postpone(4_000);
    expect(flight.dueMs()).toBe(17_000);
    flight.postpone(60_000);
    expect(flight.dueMs()).toBe(18_000);
  });

  it('that is told to stop has its grace, all that is running of it', () => {
    const { flight, tell } = flyWith(3);
    tell(0, { status: 'running', stage: 'meaning' });
    tell(1, { status: 'running', stage: 'meaning' });
    tell(1, { status: 'completed', endedAtMs: 1 });
    nowMs = 2_000;

    flight.stop();

    expect(flight.dueMs()).toBe(4_000);
    expect([...flight.overdue(3_999)]).toEqual([]);
    expect([...flight.overdue(4_000)]).toEqual([0]);

    for (let times = 0; times < 100; times += 1) flight.postpone(1_000);
    expect(flight.dueMs()).toBe(9_000);
  });
});

it('has an attempt end with the time for all attempts, where that is over before its stage’s', () => {
  const { flight, tell } = flyWith(1);

  tell(0, { status: 'running', stage: 'meaning' });
  expect(flight.dueMs()).toBe(nowMs + 10_000 + GRACE_MS);

  const bounded = { ...runsOf(1, type)[0]!.event.plan, timeoutsMs: { meaning: 10_000, total: 3_000 } };
  const { flight: second } = flyWith(1, { plan: bounded });
  const [run] = runsOf(1, type);
  second.tell({
    kind: 'run',
    index: 0,
    state: { ...stateOf(run!), phase: { status: 'running', stage: 'meaning' }, startedAtMs: NOON_MS - 1_000 },
  });
  expect(second.dueMs()).toBe(nowMs + 2_000 + GRACE_MS);
});
