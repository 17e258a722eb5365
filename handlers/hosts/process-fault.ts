import { endTime } from '../../domain/attempt-times.ts';
import { recordFailure } from '../../domain/attempt.ts';
import { beginAttempt, nextStage, retryOf } from '../../domain/event-run.ts';
import type { EventRun } from '../../domain/event-run.ts';
import { chargeAttempt } from '../../domain/quarantine.ts';
import type { Blame, ProcessFault } from '../../domain/quarantine.ts';
import { outcomeOf } from '../../domain/run-outcome.ts';
import type { AdvancedRun, Port } from '../advance-port.ts';
import { Stopped } from '../stopped.ts';
import type { HostEnd, HostEnded } from './host-ended.ts';

/** What the end of a process says of a run that was in flight there, by its place among those that were due with it. */
export function blameOf({ end, overdue }: HostEnded, place: number): Blame {
  if (end.kind !== 'deaf') return 'any';
  return overdue.has(place) ? 'known' : 'anothers';
}

/** The run after the failed attempt that has ended its process. @param run as it was last heard of */
export function chargedBy({ end }: HostEnded, run: EventRun, nowMs: number, latestMs?: number): EventRun {
  return chargeAttempt(run, faultOf(end, run), nowMs, latestMs);
}

/** Tells of the attempt that has ended its process. @param run after it, as `chargedBy` gives it */
export function tellCharged({ tell }: Port, index: number, run: EventRun): void {
  const { phase, attempts } = run;
  const error = phase.status === 'failed' ? phase.error : retryOf(run)?.lastError;
  if (error === undefined) return;
  tell({ kind: 'failed', index, attempt: attempts[error.stage ?? ''] ?? 0, failure: { error }, trace: null });
}

function faultOf(end: HostEnd, run: EventRun): ProcessFault {
  if (end.kind !== 'silent' && end.kind !== 'deaf') return { code: 'crashed', message: describeEnd(end) };
  return { code: 'timeout', message: `not done within ${timeoutMsOf(run)} ms, and ended by force ${end.graceMs} ms later` };
}

export function describeEnd(end: Exclude<HostEnd, { kind: 'silent' | 'deaf' }>): string {
  if (end.kind === 'exited') return `its process ended ${howOf(end)}`;
  if (end.kind === 'memory') return `its process took ${end.memoryMb} MB of memory, more than the ${end.maxMb} MB that it may`;
  return end.kind === 'blocked' ? `it takes longer than ${end.withinMs} ms` : 'its process was ended';
}

function howOf({ code, signal, memoryMb }: Extract<HostEnd, { kind: 'exited' }>): string {
  const how = signal === null ? `with code ${code ?? 'unknown'}` : `with ${signal}`;
  // A heap that is full aborts its process.
  return memoryMb === null ? how : `${how}, when it last had ${memoryMb} MB of memory`;
}

function timeoutMsOf(run: EventRun): number {
  const stage = run.phase.status === 'running' ? run.phase.stage : nextStage(run);
  const { timeoutsMs } = run.event.plan;
  return stage === null ? 0 : Math.min(timeoutsMs[stage] ?? 0, timeoutsMs['total'] ?? Infinity);
}

/**
 * A run whose attempt has ended with its process, through no fault of its own: it is tried again at once.
 * @param latest as it was last heard of: the stages that are done stay done
 */
export function lostRun(given: EventRun, latest: EventRun, nowMs: number): AdvancedRun {
  const stage = nextStage(latest);
  if (stage === null) return { kind: 'advanced', outcome: outcomeOf(given, latest), trace: null };
  // The attempt that is under way is counted already.
  const begun = latest.phase.status === 'running' && latest.phase !== given.phase ? latest : beginAttempt(latest, stage);
  const error = { code: 'worker_lost', message: 'its process ended before it had its turn', stage, retryable: true };
  const failure = { error, retryable: true, retryAfterMs: null, lost: true, startedAtMs: null, endedAtMs: nowMs };
  const run = endTime(recordFailure(begun, stage, failure, nowMs), nowMs, error.code);
  return { kind: 'advanced', outcome: outcomeOf(given, run), trace: null };
}

/** @throws Stopped where what was under way is wanted no more */
export function throwIfCancelled({ signal }: Port): void {
  if (signal.aborted && !(signal.reason instanceof Stopped && signal.reason.reason === 'shutdown')) throw signal.reason;
}
