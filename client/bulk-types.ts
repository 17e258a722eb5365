import type { DeadLetterResource } from '../domain/dead-letter-resource.ts';
import type { BatchReceipt } from './batch-types.ts';
import type { PatchOperation } from './event-request.ts';

/** Dead letters, counted by their cause. */
export interface DeadLetters {
  /** Those that died last come first. */
  readonly items: readonly DeadLetterResource[];
  /** When they were counted: at most 10 s ago. ISO 8601. */
  readonly asOf: string;
}

/** How many dead letters one request has run again, and how fast. */
export interface BulkOptions {
  /** At most so many, those that died last first; 1 to 10,000, and 1,000 where nothing is said. */
  readonly limit?: number | undefined;
  /** At most so many a second, up to 1,000; as fast as it goes where nothing is said. */
  readonly ratePerSecond?: number | undefined;
  /** Makes it safe to repeat. */
  readonly idempotencyKey?: string | undefined;
}

export interface ReplayDeadLettersOptions extends BulkOptions {
  /** Changes the data of each event before it runs again. */
  readonly patch?: readonly PatchOperation[] | undefined;
}

export interface RedeliverDestinationOptions extends BulkOptions {
  /** Callbacks that were given up at this time or later. ISO 8601 with an offset or `Z`. */
  readonly since: string;
  /** Or before this one; by default now. */
  readonly until?: string | undefined;
}

/** Starts nothing, and only says how many there are. */
export interface DryRun {
  readonly dryRun: true;
}

/** Starts what is asked for. This is the default. */
export interface RealRun {
  readonly dryRun?: false | undefined;
}

/** What a dry run says. */
export interface BulkCount {
  /** So many would be run again. */
  readonly count: number;
  /** So many more can't be, as events of subjects. */
  readonly skipped: number;
}

/**
 * The batch that runs dead letters again. It is followed, paused and cancelled as any other. An item completes when the new run of its
 * event is durable, or its callback will be sent again: it doesn't wait for the end of that.
 */
export interface BulkReceipt extends BatchReceipt {
  /** So many more can't be run again, as events of subjects. */
  readonly skipped: number;
}
