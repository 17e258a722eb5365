import { expect, inject, it, onTestFinished } from 'vitest';
import type { EventResource } from '../../domain/event-resource.ts';
import { startInProcessService } from '../support/in-process-service.ts';
import type { TestService } from '../support/in-process-service.ts';
import { createPlainEngine } from '../support/plain-engine.ts';
import { calledBack, readEvent, get, post } from '../support/requests.ts';
import { startReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';

// What the server leaves where a commit failed and was repeated: an earlier transaction's row of the same node. The column
// has the transaction's number with its sign turned.
const LEAVE_STALE_ROWS = `
  INSERT INTO history_node (shard_id, tree_id, branch_id, node_id, txn_id, prev_txn_id, data, data_encoding)
  SELECT shard_id, tree_id, branch_id, node_id, txn_id + 1, prev_txn_id, data, data_encoding
  FROM history_node AS last
  WHERE node_id = (SELECT max(node_id) FROM history_node WHERE tree_id = last.tree_id AND branch_id = last.branch_id)`;

it('shows what is done, after a restart, where the engine keeps stale rows at the end of histories', async () => {
  const receiver = await startReceiver();
  onTestFinished(() => receiver.close());
  const engine = await createPlainEngine();
  const before = await start(await engine.start());
  // The second callback is refused once, so that it has a delivery's workflow of its own.
  receiver.respond((_request, index) => (index === 1 ? 500 : 200));
  const callback = { url: receiver.url };
  const completed = { type: 'noise', id: 'completed', data: { intensity: 0.3 }, callback };
  await post(before, '/v1/events', completed);
  await calledBack(before, 'completed');
  await post(before, '/v1/events', { ...completed, id: 'delivered-later' });
  await until('the callback is delivered', async () => (await readEvent(before, 'delivered-later')).callback.status === 'delivered');
  await post(before, '/v1/events', { type: 'test-failing', id: 'failed', data: { how: 'permanently' }, callback });
  await calledBack(before, 'failed');
  await post(before, '/v1/batches', { id: 'batch', events: [{ type: 'noise', data: { intensity: 0.3 } }] });
  await until('the batch has ended', async () => ((await get(before, '/v1/batches/batch')) as { status: string }).status === 'completed');
  const paths = [
    ...['completed', 'delivered-later', 'failed'].flatMap((id) => [
      `/v1/events/${id}`,
      `/v1/events/${id}/why`,
      `/v1/events/${id}/deliveries`,
    ]),
    '/v1/events',
    '/v1/batches/batch',
    '/v1/batches/batch/items',
  ];
  await until('the index has all', async () => ((await get(before, '/v1/events')) as { items: EventResource[] }).items.length === 3);
  const shown = await Promise.all(paths.map((path) => get(before, path)));
  await before.stop();
  await engine.stop();
  engine.change(LEAVE_STALE_ROWS);

  const after = await start(await engine.start());

  expect(await Promise.all(paths.map((path) => get(after, path)))).toEqual(shown);
  expect(await (await post(after, '/v1/events', completed, { prefer: 'wait=30' })).json()).toMatchObject({
    id: 'completed',
    status: 'completed',
  });
  expect((await post(after, '/v1/events/completed/cancel', {})).status).toBe(409);
  expect((await post(after, '/v1/events/completed/redeliver', {})).status).toBe(202);
  await receiver.waitFor((requests) => requests.length === 5);
  await after.stop();
});

function start(engineAddress: string): Promise<TestService> {
  return startInProcessService({
    engine: { address: engineAddress, namespace: 'default' },
    workflowBundle: { codePath: inject('workflowBundlePath') },
  });
}
