import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { LRUCache } from 'lru-cache';
import type { CallbackMessage } from '../../domain/callback-message.ts';
import type { CallbackOutcome } from '../../domain/callback-record.ts';
import { within } from '../../runtime/within.ts';
import type { SentMessage } from '../../temporal/durable/activities.ts';
import { deliveryWorkflowId } from '../../temporal/durable/workflow-ids.ts';

type Sent = Pick<CallbackMessage, 'target' | 'message'>;

/** Attempts that outlast the workflow task they rode in. */
export interface HandedOver {
  /** This process, as deliveries ask for what became of them: the name of a task queue that no other process serves. */
  readonly sender: string;
  /** Breaks off what is still under way when the process can wait no longer: for all attempts, as one for each costs as much as its headers. */
  readonly signal: AbortSignal;
  /** Keeps the attempt for its delivery, which may ask late. */
  keep(sent: Sent, attempting: Promise<CallbackOutcome>): void;
  /** Waits for what an attempt comes to; null where nothing is known of it, or a fault of ours ended it: its delivery sends again. */
  outcomeOf(sent: SentMessage): Promise<CallbackOutcome | null>;
  /** Resolves when all have been asked for, or after `graceMs`. */
  whenAskedFor(graceMs: number): Promise<void>;
  /** Lets what is under way end for at most `graceMs`, then breaks it off. */
  close(graceMs: number): Promise<void>;
}

interface Kept {
  readonly outcome: Promise<CallbackOutcome | null>;
  readonly noteAsked: () => void;
}

// The engine may be away, or the event's task be given out again late, and its delivery ask only then.
const KEPT_MS = 600_000;
const MAX_KEPT = 10_000;
const BROKEN_OFF_WITHIN_MS = 1_000;

export function createHandedOver(now: () => number): HandedOver {
  const attempts = new LRUCache<string, Kept>({
    max: MAX_KEPT,
    ttl: KEPT_MS,
    perf: { now },
    // Nobody will ask for what is forgotten.
    dispose: ({ noteAsked }) => noteAsked(),
  });
  const underWay = new Set<Promise<unknown>>();
  const unasked = new Set<Promise<void>>();
  const aborting = new AbortController();
  // As many listen as are under way.
  setMaxListeners(0, aborting.signal);

  return {
    sender: `sender~${randomUUID()}`,
    signal: aborting.signal,
    keep({ target, message }, attempting) {
      const outcome = attempting.catch(() => null);
      underWay.add(outcome);
      void outcome.then(() => underWay.delete(outcome));
      let noteAsked = (): void => undefined;
      const asked = new Promise<void>((resolve) => {
        noteAsked = resolve;
      });
      unasked.add(asked);
      void asked.then(() => unasked.delete(asked));
      attempts.set(keyOf({ target, recordedAt: message.recordedAt }), { outcome, noteAsked });
    },
    async outcomeOf(sent) {
      const kept = attempts.get(keyOf(sent));
      kept?.noteAsked();
      return (await kept?.outcome) ?? null;
    },
    async whenAskedFor(graceMs) {
      await within(Promise.all(unasked), graceMs);
    },
    async close(graceMs) {
      await within(Promise.all(underWay), graceMs);
      aborting.abort();
      await within(Promise.all(underWay), BROKEN_OFF_WITHIN_MS);
    },
  };
}

function keyOf({ target, recordedAt }: SentMessage): string {
  return `${deliveryWorkflowId(target)} ${recordedAt}`;
}
