import type { CancelledItems } from '../../domain/batch.ts';
import type { ItemRun } from '../../domain/item-run.ts';
import type { RunEnd } from '../../domain/run-end.ts';

/** Items of a page as their unit leaves them, those that have no verdict among them. */
export interface ItemEnds {
  /** By its workflow's id. */
  readonly page: string;
  readonly items: readonly ItemRun[];
}

/** Items that their batch has cancelled before they were started. */
export interface CancelledEnds {
  /** Of the batch, by their workflows' ids. */
  readonly pages: readonly string[];
  readonly cancelled: readonly CancelledItems[];
}

/**
 * What a workflow tells the process that runs it in its last task. The process counts it once the engine has taken that task:
 * until then the same task may be given out again, here or elsewhere.
 */
export type EndSinks = {
  readonly ends: {
    ofChunk(ended: { readonly runs: readonly RunEnd[] }): void;
    ofItems(ended: ItemEnds): void;
    ofCancelled(ended: CancelledEnds): void;
  };
};
