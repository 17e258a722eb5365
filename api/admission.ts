import type { AcceptedEvent } from '../domain/accepted-event.ts';
import { eventWorkflowId } from '../domain/event-id.ts';
import type { Backlog } from './backlog.ts';
import type { Intake } from './intake.ts';
import type { LiveRuns } from './live-runs.ts';

/** Whether an event may be started now. `cancel` says that it takes no room: it wasn't started after all, waits, or is over. */
export type Admitted =
  | { readonly admitted: true; readonly cancel: () => void }
  | { readonly admitted: false; readonly reason: 'intake' | 'backlog'; readonly retryAfterMs: number };

export type Admit = (event: AcceptedEvent) => Promise<Admitted>;

export interface AdmissionOptions {
  readonly intake: Intake;
  /** Of events for subjects: many of them share a workflow task. */
  readonly letters: Intake;
  readonly backlog: Backlog;
  readonly liveRuns: LiveRuns;
}

// An event whose end this process doesn't see, as it failed or ran elsewhere, takes up room for so long.
const UNSEEN_AFTER_MS = 2_000;
const BACKLOG_RETRY_MS = 10_000;

/** Decides by weight: light events need room in this process, those of subjects in its mailboxes, heavy ones in the cluster's backlog. */
export function createAdmission({ intake, letters, backlog, liveRuns }: AdmissionOptions): Admit {
  return async (event) => {
    if (event.plan.weight === 'heavy') {
      if (await backlog.admits(event)) return { admitted: true, cancel: () => undefined };
      return { admitted: false, reason: 'backlog', retryAfterMs: BACKLOG_RETRY_MS };
    }
    const isLetter = event.plan.subjectType !== undefined;
    const admission = await (isLetter ? letters : intake).enter(event.tier);
    if (!admission.admitted) return { ...admission, reason: 'intake' };
    // Whoever submits it hears of its end before anybody else.
    if (isLetter) return { admitted: true, cancel: admission.leave };
    const { ended, stop } = liveRuns.whenEnded(eventWorkflowId(event), UNSEEN_AFTER_MS);
    // Rejects never.
    void ended.then(admission.leave);
    if (event.delayMs > 0) stop();
    return { admitted: true, cancel: stop };
  };
}
