import type { EventRun } from '../../domain/event-run.ts';

/** How a host's process came to its end. */
export type HostEnd =
  /** It, or what ran in it, ended it. */
  | { readonly kind: 'exited'; readonly code: number | null; readonly signal: string | null; readonly memoryMb: number | null }
  /** It was ended because it took more memory than it may. */
  | { readonly kind: 'memory'; readonly memoryMb: number; readonly maxMb: number }
  /** It was ended because something in it didn't stop in time, and nothing was heard of the process meanwhile. */
  | { readonly kind: 'silent'; readonly graceMs: number }
  /** The same, but its process answered all the while: it is known who it was. */
  | { readonly kind: 'deaf'; readonly graceMs: number }
  /** It was ended because something that it was asked kept it busy for too long. */
  | { readonly kind: 'blocked'; readonly withinMs: number }
  /** It was ended because it did not become ready in time. */
  | { readonly kind: 'unready'; readonly withinMs: number }
  /** Its service stops. */
  | { readonly kind: 'closed' };

/** Something due was given to a host that had ended, or was being ended: nothing of it has begun, and another host may have it. */
export class HostGone extends Error {
  override readonly name = 'HostGone';

  constructor() {
    super('a process for handlers was gone before it was sent anything');
  }
}

/** Something due was in flight in a host when that ended. */
export class HostEnded extends Error {
  override readonly name = 'HostEnded';
  readonly end: HostEnd;
  /** Its runs, as they were last heard of. */
  readonly latest: readonly EventRun[];
  /** Those that had not stopped in time, by their place among the runs. */
  readonly overdue: ReadonlySet<number>;
  /** So many runs were in flight in it, those of others among them. */
  readonly inFlight: number;

  constructor(end: HostEnd, latest: readonly EventRun[], overdue: ReadonlySet<number>, inFlight: number) {
    super(`a process for handlers has ended (${end.kind})`);
    this.end = end;
    this.latest = latest;
    this.overdue = overdue;
    this.inFlight = inFlight;
  }
}
