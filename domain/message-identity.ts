import type { CallbackTarget } from './callback-message.ts';
import { canonicalJson } from './canonical-json.ts';

type Run = Pick<CallbackTarget, 'kind' | 'owner' | 'run'>;

/**
 * What a terminal message is known by, and its `webhook-id` made from: whose it is, of which run, and its verdict. A
 * repetition has the same identity; a rerun after a crash that comes to another verdict has another one. Times are no part
 * of it, nor is how the run came to its verdict.
 */
export function verdictIdentity(target: Run, data: object): string {
  return identityOf(target, { verdict: verdictOf(data) });
}

/** What a progress message is known by: each has a number of its own in its run. */
export function progressIdentity(target: Run, number: number): string {
  return identityOf(target, { progress: number });
}

/** A batch and an event may have the same id, yet a receiver must not take one's message for the other's. */
function identityOf({ kind, owner, run }: Run, of: { readonly verdict: unknown } | { readonly progress: number }): string {
  return canonicalJson([kind, owner, run, of]);
}

// `counts` is a batch's, which has neither a result nor an error.
const VERDICT_FIELDS: ReadonlySet<string> = new Set(['status', 'result', 'error', 'counts']);

function verdictOf(data: object): unknown {
  return Object.fromEntries(Object.entries(data).filter(([name]) => VERDICT_FIELDS.has(name)));
}
