export const DEFAULT_TENANT = 'default';

const OWN_ID = /^[A-Za-z0-9._:@-]{1,128}$/;
const MADE_ID = /^[ek]~[A-Za-z0-9_-]{1,64}$/;

/**
 * A caller's own id. It can't contain "~", which marks the ids that the service makes, and a path of "." or ".." alone can't
 * be asked for.
 */
export function isOwnId(text: string): boolean {
  return OWN_ID.test(text) && text !== '.' && text !== '..';
}

/** Anything that could be the id of an event with a workflow of its own. */
export function isEventId(text: string): boolean {
  return isOwnId(text) || MADE_ID.test(text);
}

/** The id of an event that came without one. */
export function newEventId(uuid: string): string {
  return `e~${uuid}`;
}

/** The id of an event known by its idempotency key only; `digest` is URL-safe. */
export function keyedEventId(digest: string): string {
  return `k~${digest}`;
}

/** An event's workflow has the event's id, below its tenant's name unless that is the default. */
export function eventWorkflowId({ tenant, id }: { readonly tenant: string; readonly id: string }): string {
  return tenant === DEFAULT_TENANT ? id : `${tenant}/${id}`;
}

/** The workflow that grants a key's permits. No tenant's name begins with "~". */
export function limitWorkflowId(key: string): string {
  return `~limit/${key}`;
}

/** Keys are written as callers' own ids are. */
export function isLimitKey(text: string): boolean {
  return OWN_ID.test(text);
}

/** The workflow that goes on with a callback; `owner` is the workflow id of what has ended. "~callback." is in no event's id. */
export function deliveryWorkflowId({ owner, run }: { readonly owner: string; readonly run: number }): string {
  return `${owner}~callback.${run}`;
}
