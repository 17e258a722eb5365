import type { InLine } from '../domain/shedding.ts';
import { createLine } from './line.ts';

export interface TurnsOptions {
  /** Turns at once, not counting slow ones. */
  readonly maxQuick: number;
  /** A turn is slow that takes four times as long as the quickest of late, within these bounds. */
  readonly slowAfterMs: { readonly least: number; readonly most: number };
  /** Turns at once in all. */
  readonly maxTurns: number;
  readonly now: () => number;
}

export interface Turns {
  /** Resolves when it is one's turn, the highest tier first, waiting counted in; what it resolves with ends the turn. */
  take(inLine: InLine): Promise<() => void>;
}

const REMEMBERED_TURNS = 20;

/**
 * Few turns at once, so that who waits for one can gather more to bring; those that turn out to be slow make room, so that
 * no other has to wait for what they wait for. Where all are slow, the machine is: more at once would make it slower still.
 */
export function createTurns({ maxQuick, slowAfterMs, maxTurns, now }: TurnsOptions): Turns {
  let recentMs: readonly number[] = [];
  let quick = 0;
  let turns = 0;

  const { wait, letIn } = createLine({ hasRoom: () => quick < maxQuick && turns < maxTurns, enter: startTurn, now });

  function startTurn(): () => void {
    quick += 1;
    turns += 1;
    let isQuick = true;
    const startedMs = now();
    const makeRoom = (): void => {
      if (isQuick) quick -= 1;
      isQuick = false;
    };
    const timer = setTimeout(() => {
      makeRoom();
      letIn();
    }, slowAfter());
    return () => {
      clearTimeout(timer);
      const tookMs = now() - startedMs;
      // Of one that came to nothing there is nothing to learn.
      if (tookMs > 0) recentMs = [...recentMs, tookMs].slice(-REMEMBERED_TURNS);
      makeRoom();
      turns -= 1;
      letIn();
    };
  }

  function slowAfter(): number {
    const quickestMs = recentMs.length === 0 ? 0 : Math.min(...recentMs);
    return Math.min(slowAfterMs.most, Math.max(slowAfterMs.least, 4 * quickestMs));
  }

  return { take: wait };
}
