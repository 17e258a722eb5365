import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { countIn, NO_STATS } from '../../domain/minute-stats.ts';
import { minuteOf } from '../../domain/stats-day.ts';
import type { StatsResource } from '../../domain/stats-resource.ts';
import type { Tier } from '../../domain/tier.ts';
import { statsWorkflowId } from '../../temporal/durable/workflow-ids.ts';
import { readPoints, tellMinutes } from '../../temporal/stats.ts';
import { until } from '../support/until.ts';
import { useService } from '../support/use-service.ts';

const service = useService({
  API_KEYS: 'stats-mine:key-of-the-tenant-stats-mine,stats-other:key-of-the-tenant-stats-other',
});

it('adds up what processes tell of a minute, once each, and shows it to its tenant alone', async () => {
  const minute = minuteOf(Date.now()) - 1;
  const told = { minutes: [{ minute, ...countIn(NO_STATS, 'accepted', 3), latencies: { high: { 20: 1 } } }] };
  for (const process of ['one', 'two', 'one']) await tellMinutes(service.client, 'stats-mine', { process, ...told });

  const mine = await stats('stats-mine', 3);
  expect(mine.points.find(({ accepted }) => accepted > 0)).toMatchObject({ accepted: 6, p50Ms: { high: 35 }, p95Ms: { high: 35 } });
  expect(mine.points).toHaveLength(3);
  expect((await stats('stats-other', 3)).points.every(({ accepted }) => accepted === 0)).toBe(true);
});

it('goes on as a new run with all it has', async () => {
  const { client } = service;
  const tenant = `t-${randomUUID()}`;
  const nowMs = Date.now();
  const tell = (index: number) =>
    tellMinutes(client, tenant, { process: `p${index}`, minutes: [{ minute: minuteOf(nowMs) - 1, ...countIn(NO_STATS, 'accepted') }] });
  await tell(0);
  const handle = client.workflow.getHandle(statsWorkflowId(tenant));
  const { runId } = await handle.describe();
  let told = 1;
  await until(
    'it goes on as another run',
    async () => {
      await Promise.all(Array.from({ length: 20 }, (_, index) => tell(told + index)));
      told += 20;
      return (await handle.describe()).runId !== runId;
    },
    60_000,
  );
  const points = await readPoints(client, tenant, { minutes: 2, nowMs });
  expect(points?.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(told);
}, 120_000);

it('says what waits and runs now, of its own tenant', async () => {
  // A single one: other tests' heavy events stand in the same line.
  const events = [{ type: 'test-slow-work', tier: 'low', data: { ms: 600_000 } }];
  const ids: string[] = [];
  for (const event of events) {
    const response = await request('stats-other', '/v1/events', { method: 'POST', body: JSON.stringify(event) });
    ids.push(((await response.json()) as { readonly id: string }).id);
  }
  const { now } = await until('they stand in line', async () => {
    const seen = await stats('stats-other', 1);
    return seen.now.backlog.low + seen.now.running.low === 1 && seen;
  });
  expect(now.permits['tasks']).toMatchObject({ capacity: expect.any(Number), held: expect.any(Number), waiting: expect.any(Number) });
  expect((await stats('stats-mine', 1)).now).toMatchObject({ backlog: none(), permits: { tasks: { held: 0, waiting: 0 } } });
  const metrics = await (await service.app.request('/metrics')).text();
  expect(metrics).toMatch(/^tickless_permits\{key="tasks",state="waiting"\} \d+$/m);
  // An alert asks for it.
  expect(metrics).toMatch(/^temporal_request_latency_seconds_bucket\{/m);
  for (const id of ids) await request('stats-other', `/v1/events/${id}/cancel`, { method: 'POST' });
});

it.each(['0', '1441', 'x'])('refuses %s minutes', async (minutes) => {
  expect((await request('stats-mine', `/v1/stats?minutes=${minutes}`)).status).toBe(422);
});

function none(): Readonly<Record<Tier, number>> {
  return { critical: 0, high: 0, normal: 0, low: 0, bulk: 0 };
}

async function stats(tenant: string, minutes: number): Promise<StatsResource> {
  const response = await request(tenant, `/v1/stats?minutes=${minutes}`);
  const body = (await response.json()) as StatsResource;
  expect(response.status, JSON.stringify(body)).toBe(200);
  return body;
}

async function request(tenant: string, path: string, init: RequestInit = {}): Promise<Response> {
  const headers = { authorization: `Bearer key-of-the-tenant-${tenant}`, 'content-type': 'application/json' };
  return service.app.request(path, { ...init, headers });
}
