import type { Client } from '@temporalio/client';
import { ifFound, isNotFound, readEngine } from './engine-call.ts';
import type { Execution } from './history.ts';
import { queryAgain } from './query-again.ts';

export interface Question {
  /** The query's name. */
  readonly query: string;
  readonly timeoutMs: number;
  readonly args?: readonly unknown[];
}

/** What a workflow answers; null where nobody is there to answer in time, or is busy. @throws where there is no such workflow */
export async function askInTime<Answer>(client: Client, execution: Execution, question: Question): Promise<Answer | null> {
  try {
    return await ask(client, execution, question);
  } catch (error) {
    if (isNotFound(error)) throw error;
    return null;
  }
}

/** What a workflow answers that is open; null for any other, which isn't replayed to say what it was. @throws EngineUnavailableError */
export function askIfOpen<Answer>(client: Client, workflowId: string, question: Question): Promise<Answer | null> {
  return ifFound(async () => {
    const { status } = await readEngine(client, question.timeoutMs, () => client.workflow.getHandle(workflowId).describe());
    return status.name === 'RUNNING' ? ask<Answer>(client, { workflowId }, question) : null;
  });
}

function ask<Answer>(client: Client, { workflowId, runId }: Execution, { query, timeoutMs, args = [] }: Question): Promise<Answer> {
  const handle = client.workflow.getHandle(workflowId, runId);
  return queryAgain(timeoutMs, () => readEngine(client, timeoutMs, () => handle.query<Answer, unknown[]>(query, ...args)));
}
