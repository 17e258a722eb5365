import type { AcceptedEvent } from '../domain/accepted-event.ts';
import type { AcceptedBatch } from '../domain/accepted-batch.ts';
import type { BatchItem } from '../domain/batch-item.ts';
import type { BatchStatus } from '../domain/batch.ts';
import type { BatchResource } from '../domain/batch-resource.ts';
import type { BatchAction } from '../domain/batch-work.ts';
import type { EventResource, EventStatus } from '../domain/event-resource.ts';
import type { Why } from '../domain/why.ts';
import type { Cancellation, EventKey } from './event-service.ts';
import type { Page, PageRequest } from './page.ts';

export type BatchSettings = Omit<AcceptedBatch, 'pages' | 'upload'>;

export interface BatchUpload {
  readonly settings: BatchSettings;
  /** Read once, no faster than it can be kept. What it throws ends the upload, and there is no such batch. */
  readonly items: AsyncIterable<BatchItem>;
  /** Digest of what was asked for, asked once all items were read; null for an id made just now. */
  readonly fingerprint: () => string | null;
}

/** Accepted and joined mean that all of it is durable; one that joined is an earlier batch. */
export type BatchSubmission = { readonly kind: 'accepted' | 'joined' | 'conflict' };

export type ItemResource = EventResource & { readonly index: number };

export interface ItemFilter extends EventKey, PageRequest {
  readonly status?: EventStatus | undefined;
}

export interface BatchFilter extends PageRequest {
  readonly tenant: string;
  readonly status?: BatchStatus | undefined;
}

export type Steering = 'done' | 'not_found' | 'already_ended';

export type ItemKey = EventKey & { readonly index: number };

/** What the HTTP layer needs of whatever keeps and runs batches. Each may throw EngineUnavailableError. */
export interface BatchService {
  /** The same id joins the first batch if the fingerprint is the same. */
  submit(upload: BatchUpload): Promise<BatchSubmission>;
  get(key: EventKey): Promise<BatchResource | null>;
  /** In order of their index; null when there is no such batch. @throws InvalidCursorError */
  items(filter: ItemFilter): Promise<Page<ItemResource> | null>;
  item(key: ItemKey): Promise<EventResource | null>;
  /** As it was accepted; null where it isn't to be called back. */
  acceptedItem(key: ItemKey): Promise<AcceptedEvent | null>;
  /** One that has not been started is its batch's to cancel, one that has a workflow of its own this one's. */
  cancelItem(key: ItemKey): Promise<Cancellation>;
  /** What an item waits for that has not been started; null for any other. */
  whyItem(key: ItemKey): Promise<Why | null>;
  list(filter: BatchFilter): Promise<Page<BatchResource>>;
  steer(key: EventKey, action: BatchAction): Promise<Steering>;
}
