import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { CallbackMessage } from '../../domain/callback-message.ts';
import type { CallbackOutcome } from '../../domain/callback-record.ts';
import type { SentMessage } from '../../temporal/durable/activities.ts';
import { deliveryWorkflowId } from '../../temporal/durable/workflow-ids.ts';

type Sent = Pick<CallbackMessage, 'target' | 'message'>;

/** Attempts that outlast the workflow task they rode in. */
export interface HandedOver {
  /** This process, as deliveries ask for what became of them: the name of a task queue that no other process serves. */
  readonly sender: string;
  /** Breaks off what is still under way when the process can wait no longer: for all attempts, as one for each costs as much as its headers. */
  readonly signal: AbortSignal;
  /** Keeps the attempt until its delivery has asked for it, or for ten minutes after its end. */
  keep(sent: Sent, attempting: Promise<CallbackOutcome>): void;
  /** Waits for what an attempt comes to; null where nothing is known of it, or a fault of ours ended it: its delivery sends again. */
  outcomeOf(sent: SentMessage): Promise<CallbackOutcome | null>;
  /** Lets what is under way end for at most `graceMs`, then breaks it off. */
  close(graceMs: number): Promise<void>;
}

// The engine may be away, or the event's task be given out again late, and its delivery ask only then.
const KEPT_MS = 600_000;
const BROKEN_OFF_WITHIN_MS = 1_000;

export function createHandedOver(): HandedOver {
  const attempts = new Map<string, Promise<CallbackOutcome | null>>();
  const underWay = new Set<Promise<unknown>>();
  const aborting = new AbortController();
  // As many listen as are under way.
  setMaxListeners(0, aborting.signal);

  return {
    sender: `sender~${randomUUID()}`,
    signal: aborting.signal,
    keep({ target, message }, attempting) {
      const key = keyOf({ target, recordedAt: message.recordedAt });
      const outcome = attempting.catch(() => null);
      attempts.set(key, outcome);
      underWay.add(outcome);
      void outcome.then(() => {
        underWay.delete(outcome);
        // Doesn't keep the process from ending.
        setTimeout(() => attempts.delete(key), KEPT_MS).unref();
      });
    },
    async outcomeOf(sent) {
      return (await attempts.get(keyOf(sent))) ?? null;
    },
    async close(graceMs) {
      await settledWithin([...underWay], graceMs);
      aborting.abort();
      await settledWithin([...underWay], BROKEN_OFF_WITHIN_MS);
    },
  };
}

function keyOf({ target, recordedAt }: SentMessage): string {
  return `${deliveryWorkflowId(target)} ${recordedAt}`;
}

async function settledWithin(promises: readonly Promise<unknown>[], timeoutMs: number): Promise<void> {
  const late = new AbortController();
  await Promise.race([Promise.allSettled(promises).finally(() => late.abort()), pause(timeoutMs, late.signal)]);
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
