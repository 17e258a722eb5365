import { isPastStages, withTold } from '../../domain/event-run.ts';
import { mapAtMost } from '../../domain/map-at-most.ts';
import { afterProcessEnded, CONVICTED } from '../../domain/quarantine.ts';
import type { Standing } from '../../domain/quarantine.ts';
import { outcomeOf } from '../../domain/run-outcome.ts';
import type { Advance } from '../advance.ts';
import type { AdvancedRun, Due, DueRun, Port } from '../advance-port.ts';
import { advanceInOrder } from './advance-in-order.ts';
import { HostEnded, HostGone } from './host-ended.ts';
import { createOutcomeRoom } from './outcome-room.ts';
import { portOf, toDue } from './part-of-due.ts';
import { kindFor } from './pool.ts';
import type { HostPool } from './pool.ts';
import { blameOf, chargedBy, lostRun, tellCharged, throwIfCancelled } from './process-fault.ts';
import { Stopped } from '../stopped.ts';
import { createSuspects } from './suspects.ts';
import { tryAlone } from './try-alone.ts';
import type { TryAloneDependencies } from './try-alone.ts';

// A call is to end: those whose turn hasn't come by then go on in calls of their own.
const TRIALS_MS = 30_000;
// More than may be alone at once, so that no host waits for the next.
const TRIALS_AT_ONCE = 4;

/**
 * Advances runs in hosts. Where a process ends that something was in flight in, each of its runs is tried again in a process
 * of its own, and only who ends that too is charged a failed attempt: the others don't notice.
 */
export function createGuardedAdvance(pool: HostPool, now: () => number = Date.now, onConvicted?: () => void): Advance {
  const dependencies: TryAloneDependencies = { pool, suspects: createSuspects(onConvicted), now };

  return async function advance(due, port) {
    if (due.subject !== null || due.inOrder) return advanceInOrder(due, port, dependencies);
    return { runs: await advanceAtWill(due, port, dependencies), change: null };
  };
}

/** Of runs that don't depend on one another. */
async function advanceAtWill(due: Due, port: Port, dependencies: TryAloneDependencies): Promise<readonly (AdvancedRun | null)[]> {
  const { pool, suspects, now } = dependencies;
  const advanced: (AdvancedRun | null)[] = due.runs.map(() => null);
  const room = createOutcomeRoom(due.bounds);
  // As they are to be tried, with what their lost attempts have told.
  const runs = [...due.runs];
  let left = runs.map((run, index): Left => ({ run, index, standing: due.isSuspect === true ? CONVICTED : suspects.standingOf(run) }));

  for (let together = left.filter(isShared); together.length > 0 && !room.isFull(); together = left.filter(isShared)) {
    const host = await pool.shared(kindFor(due));
    const indexes = together.map(({ index }) => index);
    try {
      const some = toDue({ ...due, runs, bounds: room.left() }, indexes);
      const { runs: ones } = await host.advance(some, portOf(port, indexes), { isAlone: false });
      for (const [place, { index }] of together.entries()) record(index, ones[place] ?? null);
      left = left.filter((one) => !isShared(one));
    } catch (error) {
      if (error instanceof HostGone) continue;
      if (isShutdown(error) && isAnyAdvanced()) {
        left.forEach(leave);
        return advanced;
      }
      if (!(error instanceof HostEnded)) throw error;
      throwIfCancelled(port);
      const after = together.map((one, place) => afterEnd(one, error, place));
      left = [...left.filter((one) => !isShared(one)), ...after.flatMap((one) => one ?? [])];
    }
  }

  const startedMs = performance.now();
  await mapAtMost(left, TRIALS_AT_ONCE, async (one) => {
    if (room.isFull() || performance.now() - startedMs > TRIALS_MS) return leave(one);
    const { run, index, standing } = one;
    try {
      const tried = await tryAlone(toDue({ ...due, runs }, [index]), portOf(port, [index]), standing, dependencies);
      if (tried.kind === 'advanced') record(index, tried.advanced.runs[0] ?? null);
      else record(index, { kind: 'advanced', outcome: outcomeOf(run, tried.run), trace: null });
    } catch (error) {
      // What others have come to is kept.
      if (!isShutdown(error) || !isAnyAdvanced()) throw error;
      leave(one);
    }
  });
  return advanced;

  function record(index: number, one: AdvancedRun | null): void {
    advanced[index] = one;
    room.add(one);
  }

  function isAnyAdvanced(): boolean {
    return advanced.some((one) => one !== null);
  }

  /** Its turn hasn't come: it goes on in another call, which takes a failed attempt only where all have to have an outcome. */
  function leave({ run, index }: Left): void {
    if (due.bounds === null) record(index, lostRun(run, run, now()));
  }

  /** Null for one that needs nothing more. */
  function afterEnd({ run, index, standing }: Left, ended: HostEnded, place: number): Left | null {
    const latest = ended.latest[place] ?? run;
    // It had ended or waited already, and only its company hadn't.
    const isDone = latest.phase !== run.phase && (isPastStages(latest.phase) || latest.phase.status === 'waiting');
    const next = isDone
      ? null
      : port.signal.aborted || ended.end.kind === 'closed'
        ? 'lost'
        : afterProcessEnded(standing, blameOf(ended, place), ended.inFlight);
    if (next === null) record(index, { kind: 'advanced', outcome: outcomeOf(run, latest), trace: null });
    else if (next === 'lost') record(index, lostRun(run, latest, now()));
    else if (next === 'charged') {
      suspects.convict(run);
      const charged = chargedBy(ended, latest, now());
      tellCharged(port, index, charged);
      record(index, { kind: 'advanced', outcome: outcomeOf(run, charged), trace: null });
    } else {
      runs[index] = withTold(run, latest);
      return { run: runs[index], index, standing: next };
    }
    return null;
  }
}

/** A run that has no outcome yet. */
interface Left {
  readonly run: DueRun;
  readonly index: number;
  readonly standing: Standing;
}

function isShutdown(error: unknown): boolean {
  return error instanceof Stopped && error.reason === 'shutdown';
}

function isShared({ standing }: Left): boolean {
  return standing.place === 'shared';
}
