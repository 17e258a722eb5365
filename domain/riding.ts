/** Workflow tasks of light events that a process runs at once. */
export const LIGHT_TASK_SLOTS = 256;

/** Attempts by deliveries of their own that a worker process makes at once. */
export const DELIVERY_SLOTS = 400;

/** One origin that takes its time may have so many of them. */
export const MAX_OF_ONE_ORIGIN = DELIVERY_SLOTS / 8;

/** For so long an attempt may hold up the event whose workflow task it rides in. */
export const RIDE_MS = 1_000;

/** For so long more where the process itself had no rest meanwhile. */
export const RIDE_EXTRA_MS = 2_000;

/**
 * So many attempts a process makes at once to any origin, and more to one that bears them. Where all of them are open and none
 * is answered, something is wrong with it.
 */
export const LEAST_CONNECTIONS = 16;

// Some have a connection, the others stand in line: to a receiver that is well each is free soon, and waiting
// for one costs far less than a delivery of its own (docs/decisions/0003-riding-in-line.md).
const MAX_RIDING = { toOrigin: LIGHT_TASK_SLOTS / 2, inAll: (LIGHT_TASK_SLOTS * 3) / 4 } as const;

export interface RidingInput {
  /** Workflow tasks of single events of this process in which an attempt to the origin rides just now. */
  readonly ridingToOrigin: number;
  /** The same to any origin. */
  readonly riding: number;
}

/**
 * Whether an event's first attempt may ride in the event's own workflow task. A receiver that begins to be slow so holds up
 * half of the tasks at most, and all such receivers together three quarters.
 */
export function mayRide({ ridingToOrigin, riding }: RidingInput): boolean {
  return ridingToOrigin < MAX_RIDING.toOrigin && riding < MAX_RIDING.inAll;
}
