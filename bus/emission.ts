import type { HandlerResult } from './bus.ts';
import type { Call, Subscription } from './call.ts';

/** A call whose turn has come; or whose turn never comes, since one before it has failed. */
export interface Ready {
  readonly call: Call;
  readonly isSkipped: boolean;
}

const NOBODY: readonly Ready[] = [];

/**
 * What becomes of the calls for one event. All of them are added, then `seal` is called, then each is recorded once. A class: there is one for
 * each event that is waited for, and functions of its own for each cost more than a handler.
 */
export class Emission {
  private readonly onEnd: ((results: readonly HandlerResult[]) => void) | null;
  private readonly results: (HandlerResult | null)[] = [];
  private readonly ordering: Ordering | null;
  private left = 0;
  private isSealed = false;

  /**
   * @param onEnd told of all results, as soon as all are there; null where nobody waits
   * @param isOrdered whether some calls come after others
   */
  constructor(onEnd: ((results: readonly HandlerResult[]) => void) | null, isOrdered: boolean) {
    this.onEnd = onEnd;
    this.ordering = isOrdered ? createOrdering() : null;
  }

  get isAwaited(): boolean {
    return this.onEnd !== null;
  }

  /** @returns its place among the results */
  add(subscription: Subscription): number {
    this.left += 1;
    this.ordering?.open.add(subscription);
    return this.results.push(null) - 1;
  }

  /** All are there. */
  seal(): void {
    this.isSealed = true;
    this.endIfOver();
  }

  /** True where others are to be waited for, after which `record` gives it. Only of one that is about to begin. */
  holds(call: Call): boolean {
    return this.ordering?.holds(call) ?? false;
  }

  /** @param result null where it wasn't called, and doesn't count @returns those that have waited for it */
  record(call: Call, result: HandlerResult | null): readonly Ready[] {
    this.results[call.index] = result;
    this.left -= 1;
    this.endIfOver();
    return this.ordering === null ? NOBODY : this.ordering.record(call, result);
  }

  private endIfOver(): void {
    if (!this.isSealed || this.left > 0 || this.onEnd === null) return;
    this.onEnd(this.results.filter((result) => result !== null));
  }
}

interface Ordering {
  readonly open: Set<Subscription>;
  holds(call: Call): boolean;
  record(call: Call, result: HandlerResult | null): readonly Ready[];
}

function createOrdering(): Ordering {
  const open = new Set<Subscription>();
  const failed = new Set<Subscription>();
  let held: readonly Call[] = [];

  return {
    open,

    holds(call) {
      if (!isEarly(call)) return false;
      held = [...held, call];
      return true;
    },

    record({ subscription }, result) {
      open.delete(subscription);
      if (result?.status === 'rejected') failed.add(subscription);
      const free = held.filter((call) => !isEarly(call));
      held = held.filter(isEarly);
      return free.map((call) => ({ call, isSkipped: call.subscription.after.some((before) => failed.has(before)) }));
    },
  };

  // One that comes after several waits for all of them, even if one has failed: so it is told of once.
  function isEarly({ subscription }: Call): boolean {
    return subscription.after.some((before) => open.has(before));
  }
}
