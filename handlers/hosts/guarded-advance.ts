import { isEnded } from '../../domain/event-run.ts';
import { mapAtMost } from '../../domain/map-at-most.ts';
import { afterProcessEnded } from '../../domain/quarantine.ts';
import type { Standing } from '../../domain/quarantine.ts';
import { outcomeOf } from '../../domain/run-outcome.ts';
import type { Advance } from '../advance.ts';
import type { AdvancedRun, Due, DueRun, Port } from '../advance-port.ts';
import { advanceInOrder } from './advance-in-order.ts';
import { HostEnded, HostGone } from './host-ended.ts';
import { portOf, toDue } from './part-of-due.ts';
import type { HostPool } from './pool.ts';
import { blameOf, chargedBy, lostRun, throwIfCancelled } from './process-fault.ts';
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
export function createGuardedAdvance(pool: HostPool, now: () => number = Date.now): Advance {
  const dependencies: TryAloneDependencies = { pool, suspects: createSuspects(), now };

  return async function advance(due, port) {
    if (due.subject !== null || due.inOrder) return advanceInOrder(due, port, dependencies);
    return { runs: await advanceAtWill(due, port, dependencies), change: null };
  };
}

/** Of runs that don't depend on one another. */
async function advanceAtWill(due: Due, port: Port, dependencies: TryAloneDependencies): Promise<readonly (AdvancedRun | null)[]> {
  const { pool, suspects, now } = dependencies;
  const advanced: (AdvancedRun | null)[] = due.runs.map(() => null);
  let left = due.runs.map((run, index): Left => ({ run, index, standing: suspects.standingOf(run) }));

  for (let together = left.filter(isShared); together.length > 0; together = left.filter(isShared)) {
    const host = await pool.shared(due.goOn === 'one-attempt' ? 'worker' : 'inline');
    const indexes = together.map(({ index }) => index);
    try {
      const { runs } = await host.advance(toDue(due, indexes), portOf(port, indexes), { isAlone: false });
      for (const [place, { index }] of together.entries()) advanced[index] = runs[place] ?? null;
      left = left.filter((one) => !isShared(one));
    } catch (error) {
      if (error instanceof HostGone) continue;
      if (!(error instanceof HostEnded)) throw error;
      throwIfCancelled(port);
      const after = together.map((one, place) => afterEnd(one, error, place));
      left = [...left.filter((one) => !isShared(one)), ...after.flatMap((one) => one ?? [])];
    }
  }

  const startedMs = performance.now();
  await mapAtMost(left, TRIALS_AT_ONCE, async ({ run, index, standing }) => {
    if (performance.now() - startedMs > TRIALS_MS) {
      advanced[index] = lostRun(run, now());
      return;
    }
    const one = await tryAlone(toDue(due, [index]), portOf(port, [index]), standing, dependencies);
    advanced[index] =
      one.kind === 'charged' ? { kind: 'advanced', outcome: outcomeOf(run, one.run), trace: null } : (one.advanced.runs[0] ?? null);
  });
  return advanced;

  /** Null for one that needs nothing more. */
  function afterEnd({ run, index, standing }: Left, ended: HostEnded, place: number): Left | null {
    const latest = ended.latest[place] ?? run;
    // It had ended or waited already, and only its company hadn't.
    const isDone = latest.phase !== run.phase && (isEnded(latest.phase) || latest.phase.status === 'waiting');
    const next = isDone
      ? null
      : port.signal.aborted || ended.end.kind === 'closed'
        ? 'lost'
        : afterProcessEnded(standing, blameOf(ended, place), ended.inFlight);
    if (next === null) advanced[index] = { kind: 'advanced', outcome: outcomeOf(run, latest), trace: null };
    else if (next === 'lost') advanced[index] = lostRun(run, now());
    else if (next === 'charged') {
      suspects.convict(run);
      advanced[index] = { kind: 'advanced', outcome: outcomeOf(run, chargedBy(ended, latest, now())), trace: null };
    } else return { run, index, standing: next };
    return null;
  }
}

/** A run that has no outcome yet. */
interface Left {
  readonly run: DueRun;
  readonly index: number;
  readonly standing: Standing;
}

function isShared({ standing }: Left): boolean {
  return standing.place === 'shared';
}
