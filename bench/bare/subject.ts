import { fileURLToPath } from 'node:url';
import { Client } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { startBareEngine } from './start-bare-engine.ts';

const WORKFLOWS = fileURLToPath(new URL('./workflows.ts', import.meta.url));

/**
 * The least of a subject's shape, without HTTP, types, rules and answers kept: a workflow that takes Updates of about an
 * event's size and runs a local activity for each. What it takes is what the SDK and the engine leave of this machine.
 */
export async function withBareSubject<T>(use: (update: () => Promise<void>) => Promise<T>): Promise<T> {
  const engine = await startBareEngine();
  const { connection } = engine;
  const taskQueue = 'bare-subject';
  const fold = async ({ state }: { readonly state: number }) => ({ state: state + 1, outcome: 'x'.repeat(800) });
  const worker = await Worker.create({
    connection,
    taskQueue,
    workflowsPath: WORKFLOWS,
    enableNonLocalActivities: false,
    workflowTaskPollerBehavior: { type: 'simple-maximum', maximum: 2 },
    activities: { fold },
  });
  const running = worker.run();
  try {
    const subject = await new Client({ connection }).workflow.start('bareSubject', { workflowId: 'bare-subject', taskQueue });
    return await use(() => subject.executeUpdate('apply', { args: [{ event: 'x'.repeat(600) }] }));
  } finally {
    worker.shutdown();
    await running;
    await engine.stop();
  }
}
