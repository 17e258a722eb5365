import type { AcceptedEvent } from '../domain/accepted-event.ts';
import { eventWorkflowId } from '../domain/event-id.ts';
import type { Backlog } from './backlog.ts';
import type { Intake } from './intake.ts';
import type { LiveRuns } from './live-runs.ts';

/** Whether an event may be started now. `cancel` says that it wasn't started after all, or waits and takes no room. */
export type Admitted =
  | { readonly admitted: true; readonly cancel: () => void }
  | { readonly admitted: false; readonly reason: 'intake' | 'backlog'; readonly retryAfterMs: number };

export type Admit = (event: AcceptedEvent) => Promise<Admitted>;

export interface AdmissionOptions {
  readonly intake: Intake;
  readonly backlog: Backlog;
  readonly liveRuns: LiveRuns;
}

// An event whose end this process doesn't see, as it failed or ran elsewhere, takes up room for so long.
const UNSEEN_AFTER_MS = 2_000;
const BACKLOG_RETRY_MS = 10_000;

/** Decides by weight: light events need room in this process, heavy ones in the cluster's backlog. */
export function createAdmission({ intake, backlog, liveRuns }: AdmissionOptions): Admit {
  return async (event) => {
    if (event.plan.weight === 'heavy') {
      if (await backlog.admits(event)) return { admitted: true, cancel: () => undefined };
      return { admitted: false, reason: 'backlog', retryAfterMs: BACKLOG_RETRY_MS };
    }
    const admission = await intake.enter(event.tier);
    if (!admission.admitted) return { ...admission, reason: 'intake' };
    const { ended, stop } = liveRuns.whenEnded(eventWorkflowId(event), UNSEEN_AFTER_MS);
    // Rejects never.
    void ended.then(admission.leave);
    if (event.delayMs > 0) stop();
    return { admitted: true, cancel: stop };
  };
}
