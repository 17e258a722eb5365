import { setTimeout as delay } from 'node:timers/promises';
import { isEnded, isPastStages, stateOf, withTold } from '../../domain/event-run.ts';
import type { EventRun } from '../../domain/event-run.ts';
import { afterProcessEnded, CONVICTED, UNSUSPECTED } from '../../domain/quarantine.ts';
import type { Standing } from '../../domain/quarantine.ts';
import { outcomeOf } from '../../domain/run-outcome.ts';
import { applyChange, changeOf } from '../../domain/state-change.ts';
import { SUBJECT_PATIENCE_MS } from '../advance.ts';
import type { Advanced, AdvancedRun, Due, DueRun, Port } from '../advance-port.ts';
import { Stopped } from '../stopped.ts';
import { HostEnded, HostGone } from './host-ended.ts';
import { createOutcomeRoom } from './outcome-room.ts';
import type { OutcomeRoom } from './outcome-room.ts';
import { portOf, toDue } from './part-of-due.ts';
import { blameOf } from './process-fault.ts';
import { tryAlone } from './try-alone.ts';
import type { TryAloneDependencies } from './try-alone.ts';

// Of those that are tried one by one no other is begun after this time: a call is to end, and the rest comes with the next.
const TRIALS_MS = 10_000;

/**
 * Advances runs that stand in order, and the state that they change where they have one: together as long as their process
 * lives, and one by one after it has ended.
 */
export async function advanceInOrder(given: Due, port: Port, dependencies: TryAloneDependencies): Promise<Advanced> {
  const { pool, suspects } = dependencies;
  const room = createOutcomeRoom(given.bounds);
  let due = given;
  const kept: AdvancedRun[] = [];
  let standing = due.runs.some((run) => suspects.standingOf(run).place !== 'shared') ? ALONE : UNSUSPECTED;
  while (standing.place === 'shared' && isMoreToBegin()) {
    const rest = restOf(due, kept.length);
    const host = await pool.shared('inline');
    try {
      const { runs, change } = await host.advance(toDue({ ...due, bounds: room.left() }, rest), portOf(port, rest), { isAlone: false });
      return { runs: [...kept, ...runs], change };
    } catch (error) {
      if (error instanceof HostGone) continue;
      if (!(error instanceof HostEnded)) throw error;
      throwIfStopped(error, port);
      // Also where it is known which of them it was: the state that they were at is gone with the process.
      const isAnothers = rest.every((_, place) => blameOf(error, place) === 'anothers');
      const after = afterProcessEnded(standing, isAnothers ? 'anothers' : 'any', error.inFlight);
      standing = after === 'charged' ? ALONE : after;
      due = { ...due, runs: due.runs.map((run, index) => withTold(run, error.latest[rest.indexOf(index)])) };
      // What depends on no state doesn't happen again.
      if (due.subject === null) keepDone(error.latest);
    }
  }
  if (!isMoreToBegin()) return { runs: due.runs.map((_, index) => kept[index] ?? null), change: null };
  const rest = restOf(due, kept.length);
  const { runs, change } = await oneByOne(toDue(due, rest), portOf(port, rest), standing, room, dependencies);
  return { runs: [...kept, ...runs], change };

  /** @param latest of those that are not kept yet */
  function keepDone(latest: readonly EventRun[]): void {
    for (const run of latest) {
      const given = due.runs[kept.length];
      const isDone = given !== undefined && run.phase !== given.phase && (isPastStages(run.phase) || run.phase.status === 'waiting');
      if (!isDone || isHeldUp()) return;
      const one: AdvancedRun = { kind: 'advanced', outcome: outcomeOf(given, run), trace: null };
      kept.push(one);
      room.add(one);
    }
  }

  function isHeldUp(): boolean {
    const last = kept.at(-1);
    return last?.kind === 'advanced' && !isPastStages(last.outcome.phase);
  }

  function isMoreToBegin(): boolean {
    return kept.length < due.runs.length && !isHeldUp() && !room.isFull();
  }
}

function restOf({ runs }: Due, from: number): readonly number[] {
  return [...runs.keys()].slice(from);
}

const ALONE: Standing = { place: 'alone', disturbed: 0 };

/** @param standing of those who have ended no process before */
async function oneByOne(
  due: Due,
  port: Port,
  standing: Standing,
  room: OutcomeRoom,
  dependencies: TryAloneDependencies,
): Promise<Advanced> {
  const startedMs = performance.now();
  const advanced: AdvancedRun[] = [];
  let { subject } = due;
  let isHeldUp = false;
  for (const index of due.runs.keys()) {
    if (isHeldUp || (index > 0 && performance.now() - startedMs > TRIALS_MS) || room.isFull()) break;
    const { runs, change } = await advanceOne({ ...toDue(due, [index]), subject }, portOf(port, [index]), standing, dependencies);
    const [one] = runs;
    if (one === undefined || one === null) throw new Error('a run that stood by itself was not advanced');
    advanced.push(one);
    room.add(one);
    if (one.kind === 'stale') continue;
    isHeldUp = !isPastStages(one.outcome.phase);
    if (subject !== null && change !== null) {
      const { version = subject.version, startedAtMs } = one.outcome;
      subject = { ...subject, version, updatedAtMs: startedAtMs, state: applyChange(subject.state, change) };
    }
  }
  const runs = due.runs.map((_, index) => advanced[index] ?? null);
  return { runs, change: due.subject === null || subject === null ? null : changeOf(due.subject.state, subject.state) };
}

/** One of them, tried until it waits; one of a subject's until it has ended, since others wait for it. */
async function advanceOne(due: Due, port: Port, unconvicted: Standing, dependencies: TryAloneDependencies): Promise<Advanced> {
  const { suspects, now } = dependencies;
  const [given] = due.runs;
  if (given === undefined) throw new Error('nothing is due');
  const { subject } = due;
  let run: DueRun = given;
  for (;;) {
    const standing = suspects.standingOf(run).place === 'fresh' ? CONVICTED : unconvicted;
    const tried = await tryAlone({ ...due, runs: [run] }, port, standing, dependencies, subject === null ? undefined : SUBJECT_PATIENCE_MS);
    if (tried.kind === 'advanced') return fromGiven(given, run, tried.advanced);
    run = { ...run, ...stateOf(tried.run) };
    if (subject === null) return { runs: [{ kind: 'advanced', outcome: outcomeOf(given, run), trace: null }], change: null };
    if (isEnded(run.phase)) return endOnSubject({ ...due, runs: [run] }, given, port, dependencies);
    if (run.phase.status !== 'waiting' || run.phase.waiting.reason !== 'retry')
      throw new Error('a charged run neither waits nor has ended');
    await delay(Math.max(0, run.phase.waiting.untilMs - now()), undefined, { signal: port.signal }).catch(() =>
      port.signal.throwIfAborted(),
    );
  }
}

/** A run that has failed for good by ending its processes counts for its subject's version and time, as any that has failed. */
async function endOnSubject(due: Due, given: DueRun, port: Port, dependencies: TryAloneDependencies): Promise<Advanced> {
  const [run] = due.runs;
  const { subject } = due;
  if (run === undefined || subject === null) throw new Error('there is no run of a subject to be ended');
  const tried = await tryAlone(due, port, CONVICTED, dependencies);
  if (tried.kind === 'advanced') return fromGiven(given, run, tried.advanced);
  // Its subject's own rules end their process: the state stays as it is.
  const atMs = Math.max(dependencies.now(), subject.updatedAtMs ?? 0);
  const after = { ...run, version: subject.version + 1, startedAtMs: atMs };
  return { runs: [{ kind: 'advanced', outcome: outcomeOf(given, after), trace: null }], change: null };
}

/** Outcomes have the results that the whole call has added. */
function fromGiven(given: EventRun, run: EventRun, { runs, change }: Advanced): Advanced {
  const [one] = runs;
  if (one?.kind !== 'advanced') return { runs, change };
  const before = Object.entries(run.results).filter(([stage]) => !Object.hasOwn(given.results, stage));
  const results = { ...Object.fromEntries(before), ...one.outcome.results };
  return { runs: [{ ...one, outcome: { ...one.outcome, results } }], change };
}

/** @throws Stopped where nothing of it is to be recorded, since it is to stop */
function throwIfStopped({ end }: HostEnded, { signal }: Port): void {
  signal.throwIfAborted();
  if (end.kind === 'closed') throw new Stopped('shutdown');
}
