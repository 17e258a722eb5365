export const DEFAULT_TENANT = 'default';

/** Tenants become the first part of workflow ids, and of folders, hence their narrow alphabet. */
export function isTenant(text: string): boolean {
  return /^[a-z0-9][a-z0-9-]{0,62}$/.test(text);
}

const OWN_ID = /^[A-Za-z0-9._:@-]{1,128}$/;
/** What `isOwnId` takes, as JSON schema says it. */
export const OWN_ID_PATTERN = '^(?!\\.{1,2}$)[A-Za-z0-9._:@-]{1,128}$';
const MADE_ID = /^[ek]~[A-Za-z0-9_-]{1,64}$/;
const MEMBER_ID = /^(g~[A-Za-z0-9-]{1,64})_(0|[1-9]\d{0,2})$/;
const MADE_BATCH_ID = /^[bk]~[A-Za-z0-9_-]{1,64}$/;
const ITEM_ID = /^(.+)_(0|[1-9]\d{0,8})$/;

/**
 * A caller's own id. It can't contain "~", which marks the ids that the service makes, and a path of "." or ".." alone can't
 * be asked for.
 */
export function isOwnId(text: string): boolean {
  return OWN_ID.test(text) && text !== '.' && text !== '..';
}

/** Anything that could be the id of an event that was accepted by itself. */
export function isEventId(text: string): boolean {
  return isOwnId(text) || MADE_ID.test(text);
}

/** The id of some events that share a workflow. */
export function newChunkId(uuid: string): string {
  return `g~${uuid}`;
}

/** The id of an event that came together with others, which are its chunk. */
export function memberId(chunkId: string, index: number): string {
  return `${chunkId}_${index}`;
}

export interface MemberPlace {
  readonly chunkId: string;
  readonly index: number;
}

/** Which event of such a chunk an id stands for; null for any other id. */
export function parseMemberId(text: string): MemberPlace | null {
  const [, chunkId, index] = MEMBER_ID.exec(text) ?? [];
  return chunkId === undefined ? null : { chunkId, index: Number(index) };
}

/** Anything that could be the id of a batch. */
export function isBatchId(text: string): boolean {
  return isOwnId(text) || MADE_BATCH_ID.test(text);
}

/** The id of a batch that came without one. */
export function newBatchId(uuid: string): string {
  return `b~${uuid}`;
}

/** The id of a batch's item. */
export function itemId(batchId: string, index: number): string {
  return `${batchId}_${index}`;
}

/** Which item an id may stand for; null where it can't. An event of its own may have the same id, and goes first. */
export function parseItemId(text: string): { readonly batchId: string; readonly index: number } | null {
  const [, batchId = '', index] = ITEM_ID.exec(text) ?? [];
  return isBatchId(batchId) ? { batchId, index: Number(index) } : null;
}

/** The id of an event that came without one. */
export function newEventId(uuid: string): string {
  return `e~${uuid}`;
}

/** The id of an event known by its idempotency key only; `digest` is URL-safe. */
export function keyedEventId(digest: string): string {
  return `k~${digest}`;
}

/**
 * The owner of a run: the event itself, below its tenant's name unless that is the default, or for an item its place in its batch, since
 * an event of its own may have the item's id. Idempotency keys, the `webhook-id` and the name of its delivery are made from it.
 */
export function ownerId(event: { readonly tenant: string; readonly id: string; readonly batchId?: string | null }): string {
  const { tenant } = event;
  const name = runName(event);
  return tenant === DEFAULT_TENANT ? name : `${tenant}/${name}`;
}

/** The same within its tenant: what a run's own workflow is named, wherever it came from. */
export function runName({ id, batchId }: { readonly id: string; readonly batchId?: string | null }): string {
  return batchId ? `${batchId}~batch.item.${id.slice(batchId.length + 1)}` : id;
}

const BATCH_SUFFIX = '~batch';
const ITEM_OWNER = /^(.+)~batch\.item\.(\d+)$/;

/** The id of the batch that a workflow of that name is. */
export function batchOfWorkflow(workflowId: string, tenant: string): string {
  return withinTenant(workflowId, tenant).slice(0, -BATCH_SUFFIX.length);
}

/** The event, or the item, that `ownerId` has named so; null where it is a batch. */
export function eventOfOwner(owner: string, tenant: string): string | null {
  const name = withinTenant(owner, tenant);
  if (name.endsWith(BATCH_SUFFIX)) return null;
  const [, batchId, index] = ITEM_OWNER.exec(name) ?? [];
  return batchId === undefined ? name : itemId(batchId, Number(index));
}

function withinTenant(name: string, tenant: string): string {
  return tenant === DEFAULT_TENANT ? name : name.slice(tenant.length + 1);
}

// No slash, which would lead to another tenant's.
const HANDLER_RUN_ID = /^[A-Za-z0-9._:@~-]{1,255}~h\.[a-z][a-z0-9_.-]{0,63}$/;

/** The id of a handler's run where it has a workflow of its own: below the event's, or its place in its batch. "~" is in no handler's name. */
export function handlerRunId(event: { readonly id: string; readonly batchId?: string | null }, name: string): string {
  return `${runName(event)}~h.${name}`;
}

/** Whether an id is that of a handler's run. */
export function isHandlerRunId(text: string): boolean {
  return HANDLER_RUN_ID.test(text);
}

/** Keys are written as callers' own ids are. */
export function isLimitKey(text: string): boolean {
  return OWN_ID.test(text);
}
