import { allHandlersFinished, condition, continueAsNew, setHandler, sleep, workflowInfo } from '@temporalio/workflow';
import { noteSent } from '../domain/alert-board.ts';
import { toAlertMessage } from '../domain/alert-message.ts';
import { answerTo, createWatch, tellLook } from '../domain/alert-watch.ts';
import { FROM_THE_BEGINNING } from '../domain/delivery-input.ts';
import type { WatchAlertsInput } from '../temporal/durable/alerts-start.ts';
import { callBack, firstAttemptsHere } from './first-attempts.ts';
import { alertsQuery, tellLookUpdate } from './messages.ts';

// A process adds some ten events a minute: with five of them a run takes an hour.
const MAX_HISTORY_EVENTS = 3_000;
// Processes tell twice a minute. After a while without any of them this is looked at by one that has just begun, and may have yet to tell.
const UNHEARD_MS = 600_000;
const UNHEARD_TIMES = 2;

/**
 * Watches over what all processes of a namespace tell, and sends alerts as callbacks are sent: a message when a condition begins, and one
 * when it is over. It goes on for as long as any process tells.
 */
export async function watchAlerts(input: WatchAlertsInput): Promise<void> {
  let watch = input.watch ?? createWatch(workflowInfo().startTime.getTime());
  let isHeard = false;
  let isOver = false;
  setHandler(alertsQuery, () => watch);
  setHandler(tellLookUpdate, (told) => {
    isHeard = true;
    watch = tellLook(watch, told, Date.now());
    return answerTo(watch, told.process);
  });
  const isLong = (): boolean => workflowInfo().historyLength > MAX_HISTORY_EVENTS || workflowInfo().continueAsNewSuggested;

  // Never awaited: it goes on as long as the run does.
  void listen();
  for (;;) {
    await condition(() => watch.board.outbox.length > 0 || isOver || isLong());
    if (watch.board.outbox.length > 0) await sendFirst();
    else if (isOver) return;
    else break;
  }
  await condition(allHandlersFinished);
  await continueAsNew<typeof watchAlerts>({ watch });

  async function sendFirst(): Promise<void> {
    const [notice] = watch.board.outbox;
    if (notice === undefined) return;
    // Ends the task: it is on record that the alert fires before anybody is told.
    await sleep(1);
    await callBack([{ ...toAlertMessage(notice, watch.url), ...FROM_THE_BEGINNING }], firstAttemptsHere);
    watch = { ...watch, board: noteSent(watch.board) };
  }

  async function listen(): Promise<void> {
    for (let unheard = 0; unheard < UNHEARD_TIMES;) {
      isHeard = false;
      await sleep(UNHEARD_MS);
      unheard = isHeard ? 0 : unheard + 1;
    }
    isOver = true;
  }
}
