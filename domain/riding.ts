import type { CallbackAttempt } from './delivery.ts';

/** Workflow tasks of light events that a process runs at once. */
export const LIGHT_TASK_SLOTS = 256;

/** Attempts by deliveries of their own that a worker process makes at once. */
export const DELIVERY_SLOTS = 400;

// One origin that takes its time may have so many of them.
const MAX_OF_ONE_ORIGIN = DELIVERY_SLOTS / 8;

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

/** What a process has open at an origin. */
export interface OriginRoom {
  /** Attempts of any kind, those in line for a connection among them. */
  readonly openAtOrigin: number;
  /** How many connections it may have. */
  readonly connections: number;
  /** How long nobody has answered, while attempts were open. */
  readonly silentMs: number;
}

export interface RoomInput extends OriginRoom {
  readonly isTroubled: boolean;
}

// As many again in line, three times: a progress message that isn't sent is soon followed by another.
const PROGRESS_SHARE = 4;

/** Whether a progress message may be sent. */
export function mayTellProgress({ isTroubled, openAtOrigin, connections }: Omit<RoomInput, 'silentMs'>): boolean {
  return !isTroubled && openAtOrigin < PROGRESS_SHARE * connections;
}

// One that takes its time answers somebody more often than that, if so many are open.
const SILENT_AFTER_MS = 3_000;

/**
 * Whether a delivery must wait elsewhere until its origin has a connection free: where those before it aren't answered
 * soon, whoever stands in line takes up room that deliveries to others need. One that answers nobody gets no more than any.
 */
export function mustWait({ isTroubled, openAtOrigin, connections, silentMs }: RoomInput): boolean {
  const room = silentMs > SILENT_AFTER_MS ? LEAST_CONNECTIONS : Math.min(connections, MAX_OF_ONE_ORIGIN);
  return isTroubled && openAtOrigin >= room;
}

const NOT_ITS_FAULT: ReadonlySet<string> = new Set(['busy', 'aborted', 'guarded']);
const OVERLOADED: ReadonlySet<number> = new Set([408, 410, 429]);

/**
 * Whether an attempt shows that its destination is unwell: it gave no answer, or one that says so. Any other answer,
 * a 404 for one, is about the message, and shows that the destination lives.
 */
export function isUnwell({ status, error }: CallbackAttempt): boolean {
  if (status === null) return error !== null && !NOT_ITS_FAULT.has(error);
  return status >= 500 || OVERLOADED.has(status);
}
