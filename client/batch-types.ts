import type { BatchMode } from '../domain/accepted-batch.ts';
import type { BatchResource } from '../domain/batch-resource.ts';
import type { EventResource } from '../domain/event-resource.ts';
import type { CallbackTarget, EventRequest } from './event-request.ts';
import type { InputFault } from './tickless-error.ts';

export interface BatchSettings {
  /** Makes it safe to send again. */
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  /** Sequential: one after the other, in order. */
  readonly mode?: BatchMode | undefined;
  readonly maxParallel?: number | undefined;
}

export interface BatchRequest extends BatchSettings {
  readonly callback?: CallbackTarget;
  readonly events: readonly EventRequest[];
}

export interface BatchLinesSettings extends BatchSettings {
  readonly callbackUrl?: string | undefined;
  /** Refuses the whole batch where one item is invalid. */
  readonly strict?: boolean | undefined;
}

export interface BatchReceipt {
  readonly id: string;
  /** `accepted`, or how the batch stands that it joined. */
  readonly status: 'accepted' | BatchResource['status'];
  /** Whether there was a batch of this id and content already: nothing new began. */
  readonly joined: boolean;
  /** Of the batch that it joined. */
  readonly run?: number;
  readonly total: number;
  readonly accepted: number;
  /** The first 1,000 of them. */
  readonly rejected: readonly { readonly index: number; readonly errors: readonly InputFault[] }[];
  readonly rejectedCount: number;
  readonly links: Readonly<Record<string, string>>;
}

/** What a batch's stream tells before its end. */
export type BatchProgress = Pick<BatchResource, 'id' | 'status' | 'counts' | 'percent' | 'ratePerSecond' | 'etaSeconds'>;

export type BatchItem = EventResource & { readonly index: number };
