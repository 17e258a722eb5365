import type { BatchResource } from '../domain/batch-resource.ts';
import type { EventResource } from '../domain/event-resource.ts';
import type { EventKey } from './event-service.ts';
import type { Page, PageRequest } from './page.ts';

/** Events and batches that were put out of the way: kept for as long as nobody takes them out, whatever the engine forgets. */
export interface Archive {
  readonly events: Shelf<EventResource>;
  readonly batches: Shelf<BatchResource>;
}

/** Each call may throw EngineUnavailableError. */
export interface Shelf<Resource> {
  /** Keeps a copy of what has ended, in place of one of an earlier run of it; false where another of its id is kept. */
  put(resource: Resource): Promise<boolean>;
  get(key: EventKey): Promise<Resource | null>;
  /** Those of the ids whose resources are kept here; it may lag by a second. */
  among(tenant: string, ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** What was put there last comes first; it may lag by a second. @throws InvalidCursorError */
  list(filter: ShelfFilter): Promise<Page<Resource>>;
  /** False where it isn't there. */
  takeOut(key: EventKey): Promise<boolean>;
}

export interface ShelfFilter extends PageRequest {
  readonly tenant: string;
  /** Of events only. */
  readonly batchId?: string | undefined;
}
