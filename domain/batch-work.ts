import type { AcceptedBatch } from './accepted-batch.ts';
import type { AcceptedEvent } from './accepted-event.ts';
import type { Batch } from './batch.ts';
import type { EndMark } from './batch-page.ts';
import type { PaceSample } from './batch-pace.ts';
import type { BatchResource } from './batch-resource.ts';
import type { DeliveryInput } from './delivery-input.ts';
import type { EventRun } from './event-run.ts';
import type { ItemRun } from './item-run.ts';

/** What a batch's workflow starts with. */
export interface BatchInput {
  readonly accepted: AcceptedBatch;
  /** Absent on the first start. */
  readonly progress?: BatchSnapshot;
  /** The first of its pages that may have been closed since it had ended, and is to be kept again with all after it. */
  readonly renewFrom?: number;
  /** A run with a longer history goes on as a new one; 6,000 by default. */
  readonly maxHistoryEvents?: number;
}

/** All that a batch needs to go on as a new run. */
export interface BatchSnapshot {
  readonly batch: Batch;
  readonly startedAtMs: number;
  readonly pace: readonly PaceSample[];
}

/** What a batch's workflow leaves behind: enough to read it, its items, and to retry what failed. */
export interface BatchResult extends Omit<BatchSnapshot, 'pace'> {
  readonly resource: BatchResource;
}

export const BATCH_ACTIONS = ['pause', 'resume', 'cancel', 'retry-failed'] as const;
export type BatchAction = (typeof BATCH_ACTIONS)[number];

/** What a batch is told to do, or which of its items, not yet started, is to be cancelled. */
export type SteerInput =
  | { readonly action: BatchAction }
  | { readonly action: 'cancel-item'; readonly page: number; readonly offset: number };

/** An item, as a unit of its batch is to run it. */
export interface ItemReference {
  /** The workflow id of its page. */
  readonly page: string;
  readonly offset: number;
  /** 1 for the item's first run, one more for each retry. */
  readonly run: number;
}

/** Which of its batch's units a workflow is. */
export interface UnitKey {
  /** The page's number in the batch. */
  readonly page: number;
  /** Counts the page's units. */
  readonly number: number;
}

/** Some items of a page that share a workflow. */
export interface SharedUnitInput {
  readonly unit: UnitKey;
  readonly page: string;
  readonly items: readonly ItemRun[];
  /** How many of them may run at once. */
  readonly parallel: number;
  /** Present in a sequential batch: none overtakes another that waits. */
  readonly isInOrder?: true;
  /** Present where subjects process them, each its own in order. */
  readonly isOfSubjects?: true;
}

/** An item that has a workflow of its own. */
export interface OwnUnitInput extends ItemReference {
  readonly unit: UnitKey;
}

/** A unit whose items all wait for longer holds no places of its batch meanwhile. */
export const LONGEST_HELD_WAIT_MS = 1_000;

/**
 * A unit's word to its batch that it rests, since all of its items wait, with the verdicts of those that don't; or that some are
 * due again.
 */
export interface RestNote extends UnitKey, UnitVerdict {
  /** Counts the unit's rests, so that a word that comes twice changes nothing. */
  readonly rest: number;
  /** For how many items it asks for a place; 0 while all of them wait. */
  readonly wants: number;
}

/** The batch's answer to a unit that asks: so many of its items may run at once. */
export interface PlacesGrant {
  readonly rest: number;
  readonly parallel: number;
}

/** A unit that was started, as its batch looks after it. */
export interface UnitReference {
  readonly workflowId: string;
  readonly isOwn: boolean;
  readonly offsets: readonly number[];
}

export interface UnitVerdict {
  /** For each of the unit's items in order; `p` for one that it gives back as it was, or, as it rests, for one that waits. */
  readonly marks: readonly (EndMark | 'p')[];
  /** For each failed one, in order, what they are grouped by. */
  readonly causes: readonly string[];
}

/** Whether a batch lets those of its items go on that haven't begun yet. */
export type Hold = 'none' | 'paused' | 'cancelled';

/** The batch that a page is kept for; `upload` tells it from another one under its id. */
export interface BatchOfPage {
  readonly workflowId: string;
  readonly upload: string;
}

export interface RenewInput {
  readonly batch: BatchOfPage;
  /** Workflow ids. */
  readonly pages: readonly string[];
}

/** Items of a page that were cancelled before they began. */
export interface CancelledInput {
  readonly page: string;
  readonly items: readonly Omit<ItemReference, 'page'>[];
  readonly atMs: number;
}

export interface RunItemsInput {
  readonly page: string;
  readonly items: readonly ItemRun[];
  readonly parallel: number;
  readonly isInOrder?: true;
}

/** What one call came to. */
export interface RunItemsOutcome {
  /** Those that it took up, as it has left them; it may have ended before the turn of others. */
  readonly items: readonly ItemRun[];
  /** The callbacks of those that have ended and asked for one. */
  readonly deliveries: readonly DeliveryInput[];
  /** Those that are at their handlers, for which they leave their batch; absent where there are none. */
  readonly left?: readonly EventRun[];
  /** Their follow-ups; absent where there are none, and where their subjects start them. */
  readonly emitted?: readonly AcceptedEvent[];
}

export interface PagesQueryInput {
  readonly from: number;
  readonly count: number;
}

export interface PagesAnswer extends Pick<Batch, 'pages' | 'isPaused' | 'cancelledAtMs'> {
  /** Of all pages. */
  readonly sizes: readonly number[];
  readonly upload: string;
}
