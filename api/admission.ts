import type { AcceptedEvent } from '../domain/accepted-event.ts';
import { eventWorkflowId } from '../temporal/durable/workflow-ids.ts';
import { isInline } from '../domain/is-inline.ts';
import { isEnded } from '../domain/event-run.ts';
import type { Backlog } from './backlog.ts';
import type { Intake } from './intake.ts';
import type { LiveRun, LiveRuns } from './live-runs.ts';

/**
 * Whether an event may be started now. It takes up room until it is over: `leave` says that it is, or wasn't started after
 * all, `follow` that it was started, as this event, and is to be watched.
 */
export type Admitted =
  | { readonly admitted: true; readonly leave: () => void; readonly follow: (event: AcceptedEvent) => void }
  | { readonly admitted: false; readonly reason: 'intake' | 'backlog'; readonly retryAfterMs: number };

export type Admit = (event: AcceptedEvent) => Promise<Admitted>;

export interface AdmissionOptions {
  readonly intake: Intake;
  /** Of events for subjects: many of them share a workflow task. */
  readonly letters: Intake;
  /** Of heavy events, until they are started: light ones that take long are not in their way. */
  readonly heavy: Intake;
  readonly backlog: Backlog;
  readonly liveRuns: LiveRuns;
}

// An event that nothing is seen of takes up room for so long: as a rule the engine has given its task to another process by then.
const UNSEEN_AFTER_MS = 10_000;
// One that began here and of which nothing more is seen, as an attempt failed, for so long.
const STILL_AFTER_MS = 2_000;
const BACKLOG_RETRY_MS = 10_000;

/** Decides by weight: light events need room in this process, those of subjects in its mailboxes, heavy ones in the cluster's backlog too. */
export function createAdmission({ intake, letters, heavy, backlog, liveRuns }: AdmissionOptions): Admit {
  return async (event) => {
    const isHeavy = !isInline(event.plan);
    if (isHeavy && !(await backlog.admits(event))) return { admitted: false, reason: 'backlog', retryAfterMs: BACKLOG_RETRY_MS };
    const isLetter = event.plan.subjectType !== undefined;
    const light = isLetter ? letters : intake;
    const admission = await (isHeavy ? heavy : light).enter(event.tier);
    if (!admission.admitted) return { ...admission, reason: 'intake' };
    const { leave } = admission;
    return {
      admitted: true,
      leave,
      follow: (started) => {
        // Whoever submits a letter hears of its end before anybody else; what runs elsewhere or is to wait takes up no room here.
        if (isHeavy || isLetter || started.delayMs > 0) leave();
        else leaveWhenEnded(eventWorkflowId(started), leave);
      },
    };
  };

  function leaveWhenEnded(workflowId: string, leave: () => void): void {
    const end = (): void => {
      clearTimeout(timer);
      stopListening();
      leave();
    };
    const look = ({ run }: LiveRun): void => {
      clearTimeout(timer);
      if (isEnded(run.phase)) end();
      else timer = setTimeout(end, STILL_AFTER_MS).unref();
    };
    // Unreferenced: a process that stops doesn't wait for it.
    let timer = setTimeout(end, UNSEEN_AFTER_MS).unref();
    const stopListening = liveRuns.listen(workflowId, look);
    const seen = liveRuns.find(workflowId);
    if (seen !== undefined) look(seen);
  }
}
