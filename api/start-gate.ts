import { noteTime, slowTime } from '../domain/recent-times.ts';
import type { RecentTimes } from '../domain/recent-times.ts';
import { afterStart, FIRST_STARTS, isAway } from '../domain/start-limit.ts';
import type { Start } from '../domain/start-limit.ts';
import type { Tier } from '../domain/tier.ts';
import { EngineUnavailableError } from '../temporal/engine-unavailable-error.ts';
import { createLine } from './line.ts';

export interface StartGate {
  /**
   * Starts a workflow as soon as the engine can take one more, the highest tier first.
   * @throws EngineUnavailableError also for who still waits when the engine has gone away
   */
  pass<T>(tier: Tier, start: () => Promise<T>): Promise<T>;
  /** What slow starts took of late. */
  readonly slowMs: number;
}

/** Lets so many starts of this process be under way as the engine answers in time; the others wait here, where they can't time out. */
export function createStartGate(now: () => number): StartGate {
  let limit = FIRST_STARTS;
  let underWay = 0;
  let answeredMs = Number.NEGATIVE_INFINITY;
  let recent: RecentTimes = [];

  const hasRoom = (): boolean => underWay < Math.floor(limit.size);
  const line = createLine({ hasRoom, enter: () => void (underWay += 1), now });

  return {
    get slowMs() {
      return slowTime(recent);
    },

    async pass(tier, start) {
      await line.wait({ tier, sinceMs: now() });
      const sentMs = now();
      const { generation } = limit;
      const note = (isAnswered: boolean): Start => {
        const made = { isAnswered, durationMs: now() - sentMs };
        limit = afterStart(limit, made, { isFull: !hasRoom(), generation });
        if (isAnswered) [recent, answeredMs] = [noteTime(recent, made.durationMs), now()];
        return made;
      };
      try {
        const started = await start();
        note(true);
        return started;
      } catch (error) {
        const made = note(!(error instanceof EngineUnavailableError));
        if (isAway(made, now() - answeredMs)) line.turnAway(error);
        throw error;
      } finally {
        underWay -= 1;
        line.letIn();
      }
    },
  };
}
