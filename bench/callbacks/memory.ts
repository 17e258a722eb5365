import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client, Connection } from '@temporalio/client';
import { readWorkflowInput } from '../../temporal/history.ts';
import type { CallbackAttempt } from '../../domain/delivery.ts';
import type { DeliveryInput } from '../../domain/delivery-input.ts';
import { TASK_QUEUES, WORKFLOWS } from '../../temporal/durable/names.ts';
import { deliveryWorkflowId } from '../../temporal/durable/workflow-ids.ts';
import { mapAtMost } from '../../domain/map-at-most.ts';
import { readEngineRecord } from '../../engine/engine-record.ts';
import { until } from '../../test/support/until.ts';
import { residentMb } from '../process-usage.ts';
import { table } from '../table.ts';
import { GIVE_UP_MS, RIDING, withPosts } from './posts.ts';
import type { Service } from './posts.ts';

export interface MemoryOptions {
  readonly pending: number;
  readonly inFlight: number;
}

const DAY_MS = 86_400_000;
const REFUSED: CallbackAttempt = { at: new Date().toISOString(), status: 404, durationMs: 1, error: 'http_404' };

export async function measureMemory(options: MemoryOptions): Promise<string> {
  const rows = await withPosts((service) => memoryOfPending(service, options));
  return `## Memory with callbacks to be tried again, MB resident

${table(['pending', 'service', 'engine'], rows)}`;
}

/** Resident memory of the service and the engine, in MB, with so many callbacks that are to be tried again. */
async function memoryOfPending(
  service: Service,
  { pending, inFlight }: MemoryOptions,
): Promise<readonly (readonly [string, number, number])[]> {
  // Each waits by itself for a day: a 404 parks nothing.
  let refused = 0;
  const receiver = createServer((request, response) => {
    request.resume().on('end', () => {
      refused += 1;
      response.writeHead(404, { 'retry-after': String(DAY_MS / 1_000) }).end();
    });
  });
  await once(receiver.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  const connection = await Connection.connect({ address: readEngineRecord(service.dataDirectory)?.address ?? '' });
  const client = new Client({ connection });
  const { workflow } = client;
  const first = Math.min(pending, 1_000);
  const ids = Array.from({ length: pending }, (_, index) => `pending-${index}`);
  const rows: (readonly [string, number, number])[] = [];
  const note = async (count: number): Promise<void> => {
    rows.push([String(count), await residentMb(service.pid), await residentMb(service.enginePid)]);
    process.stdout.write(`${count} are pending\n`);
  };

  await mapAtMost(ids.slice(0, first), inFlight, (id) => service.post({ ...RIDING, id, callback: { url } }));
  await until('each was tried once', async () => refused >= first, 10 * GIVE_UP_MS);
  await note(first);
  // After the first the caches are full, so that what is more is what pending callbacks take. The others are started as an
  // event starts them whose callback was refused: the events themselves would take several times as long.
  const sample = deliveryWorkflowId({ owner: 'pending-0', run: 1 });
  const { target, message } = (await until(
    'the first has a delivery',
    () => readWorkflowInput(client, { workflowId: sample }).catch(() => null),
    GIVE_UP_MS,
  )) as DeliveryInput;
  for (const [from, to] of [
    [first, pending / 4],
    [Math.max(first, pending / 4), pending / 2],
    [Math.max(first, pending / 2), pending],
  ] as const) {
    if (to <= from) continue;
    await mapAtMost(ids.slice(Math.ceil(from), Math.ceil(to)), inFlight, (owner) =>
      workflow.start(WORKFLOWS.deliverCallback, {
        workflowId: deliveryWorkflowId({ owner, run: 1 }),
        taskQueue: TASK_QUEUES.heavy,
        args: [{ target: { ...target, owner }, message, begin: { kind: 'after', ms: DAY_MS }, attempts: [REFUSED] }],
      }),
    );
    await until('the last of them waits', async () => isWaiting(workflow, ids[Math.ceil(to) - 1] ?? ''), 10 * GIVE_UP_MS);
    await note(Math.ceil(to));
  }
  await connection.close();
  receiver.close();
  receiver.closeAllConnections();
  return rows;
}

/** Whether it has had its first task, and set its timer. */
async function isWaiting(workflow: Client['workflow'], owner: string): Promise<boolean> {
  const { historyLength } = await workflow.getHandle(deliveryWorkflowId({ owner, run: 1 })).describe();
  return historyLength >= 5;
}
