import { LRUCache } from 'lru-cache';
import { ownerId } from '../../domain/event-id.ts';
import type { EventRun } from '../../domain/event-run.ts';
import { CONVICTED, UNSUSPECTED } from '../../domain/quarantine.ts';
import type { Standing } from '../../domain/quarantine.ts';

/** Which runs have ended a process: their next attempt is to disturb nobody. */
export interface Suspects {
  standingOf(run: EventRun): Standing;
  convict(run: EventRun): void;
}

const MAX_REMEMBERED = 10_000;

/**
 * After a restart nobody is remembered, and whoever ends a process is found out again.
 * @param onConvicted told of each run once
 */
export function createSuspects(onConvicted: () => void = () => undefined): Suspects {
  const convicted = new LRUCache<string, true>({ max: MAX_REMEMBERED });
  return {
    standingOf: ({ event }) => (convicted.has(keyOf(event)) ? CONVICTED : UNSUSPECTED),
    convict({ event }) {
      if (!convicted.has(keyOf(event))) onConvicted();
      convicted.set(keyOf(event), true);
    },
  };
}

function keyOf(event: EventRun['event']): string {
  return `${ownerId(event)}/${event.run}`;
}
