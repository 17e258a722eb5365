import { ActivityFailure, proxyActivities } from '@temporalio/workflow';
import type { CallbackOutcome } from '../domain/callback-record.ts';
import type { Activities, SentMessage } from '../temporal/durable/activities.ts';

/**
 * What came of an attempt that is under way in another process, which only that one knows. Null where it is gone: nobody takes
 * the question then, also when it is put again as nothing is heard of who took it. That takes 3 s. A process that is merely busy
 * answers late.
 */
export async function askSender(sender: string, sent: SentMessage): Promise<CallbackOutcome | null> {
  const { awaitAttempt } = proxyActivities<Activities>({
    taskQueue: sender,
    scheduleToStartTimeout: '1500ms',
    heartbeatTimeout: '1500ms',
    // An attempt has 5 s to stand in line, and 30 from then on.
    startToCloseTimeout: '40s',
    retry: { initialInterval: '100ms', backoffCoefficient: 1, maximumAttempts: 20 },
    summary: 'asks for an attempt that is under way',
  });
  try {
    return await awaitAttempt(sent);
  } catch (error) {
    // Whatever it is by: the message is sent again, under the same id.
    if (error instanceof ActivityFailure) return null;
    throw error;
  }
}
