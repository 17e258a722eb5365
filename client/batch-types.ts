import type { EventResource } from '../domain/event-resource.ts';
import type { CallbackTarget, EventRequest } from './event-request.ts';
import type { InputFault } from './tickless-error.ts';

export interface BatchSettings {
  /** Makes it safe to send again. */
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  /** Sequential: one after the other, in order. */
  readonly mode?: 'concurrent' | 'sequential' | undefined;
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

export interface AcceptedBatch {
  readonly id: string;
  readonly status: 'accepted';
  readonly total: number;
  readonly accepted: number;
  /** The first 1,000 of them. */
  readonly rejected: readonly { readonly index: number; readonly errors: readonly InputFault[] }[];
  readonly rejectedCount: number;
  readonly links: Readonly<Record<string, string>>;
}

export type BatchStatus = 'running' | 'paused' | 'completed' | 'partial' | 'failed' | 'cancelled';

export interface BatchResource {
  readonly id: string;
  readonly name: string | null;
  readonly mode: 'concurrent' | 'sequential';
  readonly status: BatchStatus;
  /** They always add up to `total`. */
  readonly counts: BatchCounts;
  readonly percent: number;
  readonly ratePerSecond: number | null;
  readonly etaSeconds: number | null;
  readonly startedAt: string | null;
  readonly completedAt: string | null;
  readonly failures: readonly { readonly cause: string; readonly count: number; readonly example: string }[];
}

export interface BatchCounts {
  readonly total: number;
  readonly pending: number;
  readonly running: number;
  readonly completed: number;
  readonly failed: number;
  readonly cancelled: number;
}

/** What a batch's stream tells before its end. */
export type BatchProgress = Pick<BatchResource, 'id' | 'status' | 'counts' | 'percent' | 'ratePerSecond' | 'etaSeconds'>;

export type BatchItem = EventResource & { readonly index: number };
