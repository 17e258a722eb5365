import {
  allHandlersFinished,
  condition,
  continueAsNew,
  defineUpdate,
  proxyLocalActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';

interface Steps {
  meaning(event: unknown): Promise<unknown>;
  decision(event: unknown, meaning: unknown): Promise<unknown>;
  action(event: unknown, decision: unknown): Promise<unknown>;
  callback(event: unknown, result: unknown): Promise<void>;
}

const steps = proxyLocalActivities<Steps>({ startToCloseTimeout: '10s' });

/** The least that does the same: three steps and a callback, in one workflow task. */
export async function bare(event: unknown): Promise<unknown> {
  const meaning = await steps.meaning(event);
  const decision = await steps.decision(event, meaning);
  const action = await steps.action(event, decision);
  await steps.callback(event, { meaning, decision, action });
  return { meaning, decision, action };
}

interface Fold {
  fold(input: { readonly event: unknown; readonly state: number }): Promise<{ readonly state: number; readonly outcome: unknown }>;
}

const { fold } = proxyLocalActivities<Fold>({ startToCloseTimeout: '10s' });

/** The least that holds a state: an Update is one local activity. */
export async function bareSubject(): Promise<void> {
  let state = 0;
  setHandler(defineUpdate<unknown, [{ readonly event: unknown }]>('apply'), async ({ event }) => {
    const folded = await fold({ event, state });
    ({ state } = folded);
    return folded.outcome;
  });
  await condition(() => workflowInfo().historyLength > 4_000 && allHandlersFinished());
  await continueAsNew<typeof bareSubject>();
}
