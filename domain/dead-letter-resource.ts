import type { Cause } from './dead-letter.ts';
import { toIso } from './to-iso.ts';

/** Dead letters of one cause, as the API shows them; times are ISO 8601 with milliseconds. */
export interface DeadLetterResource extends Omit<Cause, 'tenant'> {
  /** The cause's digest. */
  readonly cause: string;
  readonly count: number;
  readonly firstAt: string;
  readonly lastAt: string;
  /** The id of one of them. */
  readonly example: string;
}

/** Dead letters of one cause, as they are counted. */
export interface CountedDeadLetters extends Omit<Cause, 'tenant'> {
  readonly digest: string;
  readonly count: number;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  readonly example: string;
}

/** Those that died last come first. */
export function toDeadLetterResources(counted: readonly CountedDeadLetters[]): readonly DeadLetterResource[] {
  return counted
    .filter(({ count }) => count > 0)
    .toSorted((one, other) => other.lastAtMs - one.lastAtMs || (one.digest < other.digest ? -1 : 1))
    .map(({ digest, kind, type, stage, code, message, count, firstAtMs, lastAtMs, example }) => ({
      cause: digest,
      kind,
      type,
      stage,
      code,
      message,
      count,
      firstAt: toIso(Math.min(firstAtMs, lastAtMs)),
      lastAt: toIso(lastAtMs),
      example,
    }));
}
