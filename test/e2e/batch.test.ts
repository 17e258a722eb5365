import { Client, Connection } from '@temporalio/client';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { BatchResource } from '../../domain/batch-resource.ts';
import { startOverlapRecorder } from '../support/overlap-recorder.ts';
import type { OverlapRecorder } from '../support/overlap-recorder.ts';
import { proof } from '../support/proof.ts';
import { engineOf } from '../support/service-engine.ts';
import { until } from '../support/until.ts';
import { useServiceProcess } from '../support/use-service-process.ts';

const LARGE = proof({ reduced: { light: 1_000, heavy: 30 }, full: { light: 100_000, heavy: 5_000 } });
const MAX_HISTORY_EVENTS = 10_000;
const { ITEMS, KILLS } = proof({ reduced: { ITEMS: 200, KILLS: 1 }, full: { ITEMS: 2_000, KILLS: 10 } });
// Four chunks of a page each, and the items that have workflows of their own.
const MOST_IN_FLIGHT = 4 * 200 + 50;
const MINUTE_MS = 60_000;

const service = useServiceProcess({ MAX_CONCURRENT_TASKS: '50' });
let recorder: OverlapRecorder;

beforeEach(async () => {
  recorder = await startOverlapRecorder();
});
afterEach(() => recorder.close());

it(
  'gives each item of a batch exactly one verdict, however often the service is killed meanwhile',
  async () => {
    const lines = Array.from({ length: ITEMS }, (_, index) => JSON.stringify(lineOf(index)));
    const answer = await fetch(`${service.url}/v1/batches?id=killed`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: lines.join('\n'),
    });
    expect(answer.status).toBe(202);
    const { rejectedCount } = (await answer.json()) as { rejectedCount: number };

    for (let kill = 1; kill <= KILLS; kill += 1) {
      await until('the batch is further', async () => recorder.visits.size >= (ITEMS * kill) / (KILLS + 2), 2 * MINUTE_MS);
      service.kill('SIGKILL');
      await service.exited;
      await service.startAgain();
    }
    const batch = await until('the batch has ended', () => ended('killed', ITEMS), 10 * MINUTE_MS);

    expect(batch.status).toBe('partial');
    expect(batch.counts).toEqual({
      total: ITEMS,
      pending: 0,
      running: 0,
      completed: ITEMS - rejectedCount,
      failed: rejectedCount,
      cancelled: 0,
    });
    expect(recorder.visits.size).toBe(ITEMS - rejectedCount);
    const repeated = [...recorder.visits.values()].filter((visits) => visits > 1);
    expect(repeated.length).toBeLessThanOrEqual(KILLS * MOST_IN_FLIGHT);
    expect(Math.max(...recorder.visits.values())).toBeLessThanOrEqual(1 + KILLS);
    const failed = await fetch(`${service.url}/v1/batches/killed/items?status=failed&limit=200`);
    expect(((await failed.json()) as { items: unknown[] }).items).toHaveLength(Math.min(200, rejectedCount));
  },
  15 * MINUTE_MS,
);

it.each([
  ['light', LARGE.light, { type: 'joy', data: { intensity: 0.3 } }],
  ['heavy', LARGE.heavy, { type: 'test-slow-work', data: { ms: 10 } }],
])(
  'completes a large batch of %s items, with a history of moderate length per run',
  async (id, items, event) => {
    const body = `${JSON.stringify(event)}\n`.repeat(items);
    const headers = { 'content-type': 'application/x-ndjson' };
    const answer = await fetch(`${service.url}/v1/batches?id=${id}&maxParallel=100`, { method: 'POST', headers, body });
    expect(answer.status).toBe(202);
    const batch = await until('the batch has ended', () => ended(id, items), 14 * MINUTE_MS);

    expect(batch.counts).toMatchObject({ total: items, completed: items });
    const lengths = await historyLengths(`${id}~batch`);
    expect(lengths.length).toBeGreaterThan(0);
    for (const length of lengths) expect(length).toBeLessThan(MAX_HISTORY_EVENTS);
  },
  15 * MINUTE_MS,
);

/** Of each of the workflow's runs, as the engine counts. */
async function historyLengths(workflowId: string): Promise<readonly number[]> {
  const { address, namespace } = await engineOf(service.dataDirectory);
  const connection = await Connection.connect({ address });
  try {
    const lengths: number[] = [];
    const client = new Client({ connection, namespace });
    for await (const run of client.workflow.list({ query: `WorkflowId = '${workflowId}'` })) lengths.push(run.historyLength ?? 0);
    return lengths;
  } finally {
    await connection.close();
  }
}

function lineOf(index: number): object {
  if (index % 25 === 24) return { type: 'test-noted-work', data: {} };
  if (index % 15 === 14) return { type: 'test-recorded-work', data: { port: recorder.port, ms: 20 } };
  return { type: 'test-noted-work', data: { port: recorder.port } };
}

async function ended(id: string, items: number): Promise<BatchResource | false> {
  const response = await fetch(`${service.url}/v1/batches/${id}`);
  if (!response.ok) return false;
  const batch = (await response.json()) as BatchResource;
  const { counts } = batch;
  expect(counts.pending + counts.running + counts.completed + counts.failed + counts.cancelled).toBe(items);
  return batch.completedAt !== null && batch;
}
