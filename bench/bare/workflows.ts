import { proxyLocalActivities } from '@temporalio/workflow';

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
