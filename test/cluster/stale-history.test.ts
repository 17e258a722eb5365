import { expect, it, onTestFinished } from 'vitest';
import { requireCluster, restart } from '../support/cluster.ts';
import { queryDatabase } from '../support/query-database.ts';
import { calledBack, get, post } from '../support/requests.ts';
import { startReceiver } from '../support/receiver.ts';
import { startTestService } from '../support/service.ts';
import { until } from '../support/until.ts';

// What the server leaves where a commit failed and was repeated: an earlier transaction's row of the same node. The column
// has the transaction's number with its sign turned.
const leaveStaleRow = (runId: string): string => `
  INSERT INTO history_node (shard_id, tree_id, branch_id, node_id, txn_id, prev_txn_id, data, data_encoding)
  SELECT shard_id, tree_id, branch_id, node_id, txn_id + 1, prev_txn_id, data, data_encoding
  FROM history_node AS last
  WHERE tree_id = decode('${runId.replaceAll('-', '')}', 'hex')
    AND node_id = (SELECT max(node_id) FROM history_node WHERE tree_id = last.tree_id AND branch_id = last.branch_id)`;

it('shows what is done where PostgreSQL keeps stale rows at the end of histories', async () => {
  const receiver = await startReceiver();
  onTestFinished(() => receiver.close());
  const service = await startTestService();
  onTestFinished(() => service.stop());
  const callback = { url: receiver.url };
  const id = `stale-${Date.now()}`;
  await post(service, '/v1/events', { type: 'noise', id, data: { intensity: 0.3 }, callback });
  const { workflow } = await calledBack(service, id);
  const paths = [`/v1/events/${id}`, `/v1/events/${id}/why`, `/v1/events/${id}/deliveries`];
  const shown = await Promise.all(paths.map((path) => get(service, path)));

  expect(await queryDatabase('temporal', leaveStaleRow(workflow.runId))).toBe('INSERT 0 1');
  // It keeps what it has read of histories.
  await restart(requireCluster(), 'server', 'SIGTERM');
  await until('the engine answers', async () => (await service.app.request('/readyz')).ok, 120_000);
  // The process that has run the event remembers what it came to; another one has to read it.
  const other = await startTestService();
  onTestFinished(() => other.stop());

  expect(await Promise.all(paths.map((path) => get(other, path)))).toEqual(shown);
}, 240_000);
