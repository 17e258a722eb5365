import { once } from 'node:events';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { Client } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { Agent, request } from 'undici';
import { followParent } from '../../dev/follow-parent.mjs';
import { startBareEngine } from './start-bare-engine.ts';

// `npm run bench:bare`: what a bare Temporal workflow of the same shape does behind a plain HTTP server, on the same engine.
// The floor that the service's own figures are compared with, in the same minute on the same machine.
const engine = await startBareEngine();
const { connection } = engine;
const client = new Client({ connection });
const agent = new Agent({ connections: 64 });
const step = (name: string) => async (): Promise<unknown> => ({ step: name, value: 0.5, why: 'x'.repeat(100) });
// On a busy machine a short one is run into, and everything is done again, which makes the machine busier still. The service's
// follows the load.
const workflowTaskTimeout = '30s';
const worker = await Worker.create({
  connection,
  taskQueue: 'bare',
  workflowsPath: fileURLToPath(new URL('./workflows.ts', import.meta.url)),
  enableNonLocalActivities: false,
  maxConcurrentWorkflowTaskExecutions: 256,
  maxConcurrentLocalActivityExecutions: 256,
  workflowTaskPollerBehavior: { type: 'simple-maximum', maximum: 2 },
  maxCachedWorkflows: 500,
  activities: {
    meaning: step('meaning'),
    decision: step('decision'),
    action: step('action'),
    callback: async (event: { callback: { url: string } }, result: unknown) => {
      const answer = await request(event.callback.url, { method: 'POST', body: JSON.stringify(result), dispatcher: agent });
      await answer.body.dump();
    },
  },
});
const running = worker.run();
const server = createServer((incoming, response) => {
  const chunks: Buffer[] = [];
  incoming
    .on('data', (chunk: Buffer) => chunks.push(chunk))
    .on('end', () => {
      const event = JSON.parse(Buffer.concat(chunks).toString()) as { id: string };
      void client.workflow
        .start('bare', { workflowId: event.id, taskQueue: 'bare', args: [event], requestEagerStart: true, workflowTaskTimeout })
        .then(() => response.writeHead(202).end('{}'));
    });
}).listen(Number(process.env['PORT'] ?? 13_001), '127.0.0.1');
await once(server, 'listening');
process.stdout.write('bare is ready\n');
// A benchmark that was ended by force leaves nothing over. What it has begun can't be ended in order: its receiver is gone too, and
// callbacks are tried for ever. The engine goes with the process.
followParent();
process.once('SIGHUP', () => process.exit(1));
await new Promise((resolve) => process.once('SIGTERM', resolve));
server.close();
worker.shutdown();
await running;
await engine.stop();
