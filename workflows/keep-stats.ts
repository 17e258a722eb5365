import { allHandlersFinished, condition, continueAsNew, setHandler, workflowInfo } from '@temporalio/workflow';
import { tellMinutes, toPoints } from '../domain/stats-day.ts';
import type { KeepStatsInput } from '../temporal/durable/stats-start.ts';
import { pointsQuery, tellMinutesUpdate } from './messages.ts';

// A process adds some five events a minute: with ten of them a run takes an hour.
const MAX_HISTORY_EVENTS = 3_000;

/** Keeps a tenant's last day, as processes tell of it once a minute. It goes on for as long as anybody does. */
export async function keepStats(input: KeepStatsInput): Promise<void> {
  let { day } = input;
  // To a query the clock stands where the last task has left it.
  setHandler(pointsQuery, ({ minutes, nowMs }) => toPoints(day, minutes, nowMs));
  setHandler(tellMinutesUpdate, (told) => {
    day = tellMinutes(day, told, Date.now());
  });

  await condition(() => workflowInfo().historyLength > MAX_HISTORY_EVENTS || workflowInfo().continueAsNewSuggested);
  await condition(allHandlersFinished);
  await continueAsNew<typeof keepStats>({ day });
}
