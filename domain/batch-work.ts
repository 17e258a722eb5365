import type { AcceptedBatch } from './accepted-batch.ts';
import type { Batch, BatchPage, EndLetter } from './batch.ts';
import type { PaceSample } from './batch-pace.ts';
import type { BatchResource } from './batch-resource.ts';
import type { DeliveryInput } from './delivery-input.ts';
import type { EventRun } from './event-run.ts';
import type { FailedAttempts } from './retry-policy.ts';

/** What a batch's workflow starts with, and all that it needs to go on as a new run. */
export interface BatchInput {
  readonly accepted: AcceptedBatch;
  /** Absent on the first start. */
  readonly progress?: {
    readonly batch: Batch;
    readonly startedAtMs: number;
    readonly pace: readonly PaceSample[];
  };
}

/** What a batch's workflow leaves behind: enough to read it, its items, and to retry what failed. */
export interface BatchResult {
  readonly resource: BatchResource;
  readonly batch: Batch;
  readonly startedAtMs: number;
}

export const BATCH_ACTIONS = ['pause', 'resume', 'cancel', 'retry-failed'] as const;
export type BatchAction = (typeof BATCH_ACTIONS)[number];

/** An item, as a unit of its batch is to run it. */
export interface ItemReference {
  /** The workflow id of its page. */
  readonly page: string;
  readonly offset: number;
  /** 1 for the item's first run, one more for each retry. */
  readonly run: number;
}

/** Some items of a page that share a workflow. */
export interface SharedUnitInput {
  readonly page: string;
  readonly items: readonly Omit<ItemReference, 'page'>[];
  readonly parallel: number;
}

export interface UnitVerdict {
  readonly letters: readonly EndLetter[];
  readonly causes: readonly string[];
}

/** A run without its event, which is in the page. */
export type ItemRun = Omit<EventRun, 'event'>;

export interface ItemWork extends Omit<ItemReference, 'page'> {
  /** Present once an attempt has failed that is to be followed by another. */
  readonly begun?: { readonly item: ItemRun; readonly made: FailedAttempts; readonly dueAtMs: number };
}

export interface RunItemsInput {
  readonly page: string;
  readonly items: readonly ItemWork[];
  readonly parallel: number;
}

/** What one call came to; items in neither list are untouched, as it ended before their turn. */
export interface RunItemsOutcome {
  readonly ended: readonly { readonly offset: number; readonly item: ItemRun; readonly cause?: string }[];
  readonly again: readonly ItemWork[];
  /** The callbacks of those that have ended and asked for one. */
  readonly deliveries: readonly DeliveryInput[];
}

export interface PagesQueryInput {
  readonly from: number;
  readonly count: number;
}

export interface PagesAnswer {
  readonly sizes: readonly number[];
  readonly pages: readonly BatchPage[];
  readonly upload: string;
  readonly isPaused: boolean;
}
