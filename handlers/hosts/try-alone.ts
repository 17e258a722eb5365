import { withTold } from '../../domain/event-run.ts';
import type { EventRun } from '../../domain/event-run.ts';
import { afterProcessEnded } from '../../domain/quarantine.ts';
import type { Standing } from '../../domain/quarantine.ts';
import type { Advanced, Due, Port } from '../advance-port.ts';
import { Stopped } from '../stopped.ts';
import { HostEnded, HostGone } from './host-ended.ts';
import { kindFor } from './pool.ts';
import type { HostPool } from './pool.ts';
import { chargedBy, tellCharged } from './process-fault.ts';
import type { Suspects } from './suspects.ts';

export interface TryAloneDependencies {
  readonly pool: Pick<HostPool, 'shared' | 'alone'>;
  readonly suspects: Suspects;
  readonly now: () => number;
}

/** What a run came to that was tried by itself: also how it stands after an attempt that has ended its process. */
export type Tried = { readonly kind: 'advanced'; readonly advanced: Advanced } | { readonly kind: 'charged'; readonly run: EventRun };

/**
 * Advances the only run of what is due in a host with nobody else in it. Ends that host too, it is tried in a fresh one; ends
 * it that, the attempt is charged to it.
 * @param patienceMs how long its next attempt may be put off; as long as any's, if it isn't given
 * @throws Stopped
 */
export async function tryAlone(
  given: Due,
  port: Port,
  standing: Standing,
  { pool, suspects, now }: TryAloneDependencies,
  patienceMs?: number,
): Promise<Tried> {
  const kind = kindFor(given);
  let due = given;
  for (let next = standing; ;) {
    try {
      const advanced = await pool.alone({ kind, isFresh: next.place === 'fresh', signal: port.signal }, (host) =>
        host.advance(due, port, { isAlone: true }),
      );
      return { kind: 'advanced', advanced };
    } catch (error) {
      if (error instanceof HostGone) continue;
      if (!(error instanceof HostEnded)) throw error;
      if (port.signal.aborted) throw port.signal.reason;
      if (error.end.kind === 'closed') throw new Stopped('shutdown');
      // Whoever is alone and deaf is known, and so is what ends a process that nobody else was in.
      const after = afterProcessEnded(next, error.end.kind === 'deaf' ? 'known' : 'any', 1);
      const [latest] = error.latest;
      if (after === 'charged' && latest !== undefined) {
        suspects.convict(latest);
        const nowMs = now();
        const run = chargedBy(error, latest, nowMs, patienceMs === undefined ? undefined : nowMs + patienceMs);
        tellCharged(port, 0, run);
        return { kind: 'charged', run };
      }
      next = after === 'charged' ? next : after;
      due = { ...due, runs: due.runs.map((run) => withTold(run, latest)) };
    }
  }
}
