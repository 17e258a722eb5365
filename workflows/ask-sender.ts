import { ActivityFailure, proxyActivities, TimeoutFailure } from '@temporalio/workflow';
import type { CallbackOutcome } from '../domain/callback-record.ts';
import type { Activities, SentMessage } from '../temporal/durable/activities.ts';

// So often at most, of a process that takes the question each time and falls silent.
const ASKED_AT_MOST = 20;

/**
 * What came of an attempt that is under way in another process, which only that one knows. Null where it is gone: nobody takes
 * the question, twice in a row, since an engine that is slow may keep it from its process for a while; or nobody takes it any more,
 * after nothing was heard of who had. That is noticed within 3 s. A process that is merely busy answers late.
 */
export async function askSender(sender: string, sent: SentMessage): Promise<CallbackOutcome | null> {
  const { awaitAttempt } = proxyActivities<Activities>({
    taskQueue: sender,
    scheduleToStartTimeout: '1s',
    heartbeatTimeout: '2s',
    // An attempt has 5 s to stand in line, and 30 from then on.
    startToCloseTimeout: '40s',
    retry: { maximumAttempts: 1 },
    summary: 'asks for an attempt that is under way',
  });
  let isSilent = false;
  for (let asked = 1; asked <= ASKED_AT_MOST; asked += 1) {
    try {
      return await awaitAttempt(sent);
    } catch (error) {
      if (!(error instanceof ActivityFailure)) throw error;
      const { cause } = error;
      // Whatever else it is by: the message is sent again, under the same id.
      if (!(cause instanceof TimeoutFailure)) return null;
      if (cause.timeoutType === 'SCHEDULE_TO_START' && isSilent) return null;
      isSilent = true;
    }
  }
  return null;
}
