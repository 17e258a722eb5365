import { Client, Connection } from '@temporalio/client';
import { beforeAll } from 'vitest';
import { testEngine } from './test-engine.ts';

// What the files before have left open on this process's engine: it would hold permits of limits that all share, for as long as it stays
// open, and this file's workers would be given its tasks.
beforeAll(async () => {
  const { address, namespace } = testEngine();
  const connection = await Connection.connect({ address });
  try {
    const { workflow } = new Client({ connection, namespace });
    for await (const { workflowId, runId } of workflow.list({ query: "ExecutionStatus = 'Running'" })) {
      // It may have ended meanwhile.
      await workflow
        .getHandle(workflowId, runId)
        .terminate('left by another file')
        .catch(() => undefined);
    }
  } finally {
    await connection.close();
  }
});
