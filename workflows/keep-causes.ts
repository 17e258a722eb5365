import { allHandlersFinished, condition, continueAsNew, setHandler, workflowInfo } from '@temporalio/workflow';
import { discardCause, noteFound, noteTold } from '../domain/known-causes.ts';
import type { KeepCausesInput } from '../temporal/durable/causes-start.ts';
import { causesQuery, discardCauseUpdate, noteCausesUpdate, tellFailuresUpdate } from './messages.ts';

const MAX_HISTORY_EVENTS = 3_000;

/** Keeps the causes of a tenant's dead letters, which the engine can count but not list. It goes on for as long as anybody asks. */
export async function keepCauses(input: KeepCausesInput): Promise<void> {
  let { causes } = input;
  setHandler(causesQuery, () => causes);
  setHandler(noteCausesUpdate, (found) => {
    causes = noteFound(causes, found);
  });
  setHandler(tellFailuresUpdate, (failures) => {
    causes = noteTold(causes, failures);
  });
  setHandler(discardCauseUpdate, (digest) => {
    causes = discardCause(causes, digest, Date.now());
  });

  await condition(() => workflowInfo().historyLength > MAX_HISTORY_EVENTS || workflowInfo().continueAsNewSuggested);
  await condition(allHandlersFinished);
  await continueAsNew<typeof keepCauses>({ causes });
}
