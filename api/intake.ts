import type { InLine } from '../domain/shedding.ts';
import { firstToShed, mayStay, nextInLine, patienceMs } from '../domain/shedding.ts';
import { TIERS } from '../domain/tier.ts';
import type { Tier } from '../domain/tier.ts';

export interface IntakeOptions {
  /** Events let in whose stages have not ended: fewer than a process has slots to run them in. */
  readonly maxInFlight: number;
  /** So many more, for critical ones that find no other place. */
  readonly reserved?: number;
  readonly maxWaiting: number;
  /** Where more wait than there are places. Less in a line that never empties. */
  readonly maxWaitMs: number;
  readonly now: () => number;
}

/** `leave` is called once the event's stages have ended, or it will not be run here; a second call does nothing. */
export type Admission =
  | { readonly admitted: true; readonly leave: () => void }
  | { readonly admitted: false; readonly retryAfterMs: number };

export interface Intake {
  enter(tier: Tier): Promise<Admission>;
  readonly waiting: number;
  readonly inFlight: number;
}

interface Waiter extends InLine {
  readonly answer: (admission: Admission) => void;
  timer: NodeJS.Timeout;
}

/**
 * Lets events in as fast as this process can run them. Under load they wait here, unanswered, the highest tier first, and
 * whoever has waited too long, or is the lowest of too many, is sent away: what is answered with 202 is never shed.
 * Nobody waits for whom there is room.
 */
export function createIntake({ maxInFlight, reserved = 0, maxWaiting, maxWaitMs, now }: IntakeOptions): Intake {
  const line: Waiter[] = [];
  // Since then there has always been somebody in it.
  let standingSinceMs = now();
  // Those in reserved places are counted apart, so that they keep nobody from the others.
  const inside = { open: 0, reserved: 0 };
  let pauseMs = maxWaitMs / maxInFlight;
  let lastLeftMs = now();

  function admit(): Admission {
    // An empty intake says nothing of the pace.
    if (inFlight() === 0) lastLeftMs = now();
    const place = inside.open < maxInFlight ? 'open' : 'reserved';
    inside[place] += 1;
    let isInside = true;
    return {
      admitted: true,
      leave: () => {
        if (!isInside) return;
        isInside = false;
        inside[place] -= 1;
        noteLeaving();
        letIn();
      },
    };
  }

  function inFlight(): number {
    return inside.open + inside.reserved;
  }

  function hasRoom(tier: Tier): boolean {
    return inside.open < maxInFlight || (tier === 'critical' && inside.reserved < reserved);
  }

  function letIn(): void {
    for (;;) {
      const open = line.filter(({ tier }) => hasRoom(tier));
      const next = open[nextInLine(open, now())];
      if (next === undefined) return;
      remove(line.indexOf(next))?.answer(admit());
    }
  }

  function patience(): number {
    return patienceMs({ longestMs: maxWaitMs, standingMs: now() - standingSinceMs });
  }

  /** Sends away who has waited too long, where too many wait; in the place of a higher tier one of the lowest, as long as such wait. */
  function giveUp(waiter: Waiter): void {
    if (mayStay({ waiting: line.length, places: maxInFlight, stillMs: now() - lastLeftMs, longestMs: maxWaitMs })) return waitOn(waiter);
    const lowest = firstToShed(line);
    const instead = line[lowest];
    if (instead === undefined || TIERS.indexOf(instead.tier) <= TIERS.indexOf(waiter.tier)) return shed(line.indexOf(waiter));
    shed(lowest);
    waitOn(waiter);
  }

  function waitOn(waiter: Waiter): void {
    waiter.timer = setTimeout(() => giveUp(waiter), patience());
  }

  function shed(index: number): void {
    remove(index)?.answer({ admitted: false, retryAfterMs: retryAfterMs() });
  }

  function remove(index: number): Waiter | undefined {
    const [waiter] = line.splice(index, 1);
    clearTimeout(waiter?.timer);
    return waiter;
  }

  /**
   * A moving average over some twenty events, so that an estimate follows the load within a second. Of the pauses, not of
   * their inverses: events leave several in a millisecond, and those would make the average a pace nobody ever had.
   */
  function noteLeaving(): void {
    const leftMs = now();
    pauseMs += 0.05 * (Math.max(0, leftMs - lastLeftMs) - pauseMs);
    lastLeftMs = leftMs;
  }

  /** How long those who wait now will take, as fast as events left lately. */
  function retryAfterMs(): number {
    return Math.min(60_000, Math.max(1_000, (line.length + inFlight()) * pauseMs));
  }

  return {
    get waiting() {
      return line.length;
    },
    get inFlight() {
      return inFlight();
    },
    enter(tier) {
      if (hasRoom(tier)) return Promise.resolve(admit());
      return new Promise((answer) => {
        if (line.length === 0) standingSinceMs = now();
        const waiter: Waiter = { tier, sinceMs: now(), answer, timer: setTimeout(() => giveUp(waiter), patience()) };
        line.push(waiter);
        if (line.length > maxWaiting) shed(firstToShed(line));
      });
    },
  };
}
