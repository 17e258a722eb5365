import { setMaxListeners } from 'node:events';
import type { Client } from '@temporalio/client';
import type { CallbackMessage } from '../../domain/callback-message.ts';
import type { AttemptReport, CallbackOutcome } from '../../domain/callback-record.ts';
import { ATTEMPT_ENDED_SIGNAL } from '../../temporal/durable/names.ts';
import { deliveryWorkflowId } from '../../temporal/durable/workflow-ids.ts';

type Sent = Pick<CallbackMessage, 'target' | 'message'>;

/** Attempts that outlast the workflow task they rode in. */
export interface HandedOver {
  /** Breaks off what is still under way when the process can wait no longer: for all attempts, as one for each costs as much as its headers. */
  readonly signal: AbortSignal;
  /** Waits for the attempt, and tells its delivery of the outcome. */
  keep(sent: Sent, attempting: Promise<CallbackOutcome>): void;
  /** Lets what is under way end for at most `graceMs`, then breaks it off; its deliveries send again. */
  close(graceMs: number): Promise<void>;
}

const RETRY_MS = { first: 100, longest: 5_000 } as const;
// The engine may be away, or the event's task be given out again late, and its delivery start by then. It may have sent again
// meanwhile: what came first belongs on record too.
const REPORT_WITHIN_MS = 600_000;
const LAST_REPORT_MS = 1_000;

export function createHandedOver(client: Client): HandedOver {
  const kept = new Set<Promise<void>>();
  const aborting = new AbortController();
  // As many listen as are under way.
  setMaxListeners(0, aborting.signal);
  let isClosed = false;

  async function report({ target, message }: Sent, attempting: Promise<CallbackOutcome>): Promise<void> {
    // Of what failed by a fault of ours there is nothing to tell: its delivery sends again.
    const outcome = await attempting.catch(() => null);
    if (outcome === null) return;
    const ended: AttemptReport = { ...outcome, recordedAt: message.recordedAt };
    const delivery = client.workflow.getHandle(deliveryWorkflowId(target));
    const deadlineMs = Date.now() + REPORT_WITHIN_MS;
    for (let pauseMs: number = RETRY_MS.first; ; pauseMs = Math.min(2 * pauseMs, RETRY_MS.longest)) {
      try {
        await delivery.signal(ATTEMPT_ENDED_SIGNAL, ended);
        return;
      } catch {
        // Without a report the delivery sends again.
        if (isClosed || Date.now() > deadlineMs) return;
        // Doesn't keep the process from ending.
        await new Promise((resolve) => setTimeout(resolve, pauseMs).unref());
      }
    }
  }

  return {
    signal: aborting.signal,
    keep(sent, attempting) {
      const reporting = report(sent, attempting).finally(() => kept.delete(reporting));
      kept.add(reporting);
    },
    async close(graceMs) {
      await settledWithin([...kept], graceMs);
      aborting.abort();
      await settledWithin([...kept], LAST_REPORT_MS);
      isClosed = true;
    },
  };
}

async function settledWithin(promises: readonly Promise<void>[], timeoutMs: number): Promise<void> {
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
