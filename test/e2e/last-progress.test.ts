import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { EventResource } from '../../domain/event-resource.ts';
import { readHeartbeat } from '../../temporal/read-heartbeat.ts';
import { engineOf } from '../support/service-engine.ts';
import { freePort, startServiceProcess } from '../support/service-process.ts';
import type { ServiceProcess } from '../support/service-process.ts';
import { until } from '../support/until.ts';

let dataDirectory: string;
let service: ServiceProcess;
let port: number;

beforeEach(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), 'tickless-last-progress-'));
  port = await freePort();
  service = await startServiceProcess({ dataDirectory, port });
});
afterEach(async () => {
  service.kill('SIGTERM');
  await service.exited;
  await rm(dataDirectory, { recursive: true, force: true });
});

async function submit(type: 'test-going-on' | 'test-going-on-light'): Promise<string> {
  const response = await fetch(`${service.url}/v1/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ type, data: {} }),
  });
  return ((await response.json()) as { readonly id: string }).id;
}

async function read(id: string): Promise<EventResource> {
  return (await (await fetch(`${service.url}/v1/events/${id}`)).json()) as EventResource;
}

/** Once its handler hangs at page 16, in the process that it says. */
function hanging(id: string): Promise<EventResource> {
  return until('its handler hangs', async () => {
    const event = await read(id);
    return event.progress?.message === '16' && event;
  });
}

/** Every different thing that is shown of it from now on to its end. */
async function shownToTheEnd(id: string): Promise<readonly Pick<EventResource, 'status' | 'stage' | 'progress' | 'result'>[]> {
  const shown = new Map<string, EventResource>();
  await until('it has ended', async () => {
    const event = await read(id);
    shown.set(JSON.stringify([event.status, event.stage, event.progress]), event);
    return event.completedAt !== null;
  });
  return [...shown.values()];
}

it.each([
  ['test-going-on', 'read'],
  ['test-going-on-light', 'action'],
] as const)('lets %s go on where it was whose process for handlers is killed', async (type, stage) => {
  const id = await submit(type);
  const { progress } = await hanging(id);

  process.kill(Number(progress?.step), 'SIGKILL');
  const shown = await shownToTheEnd(id);

  expect(shown.at(-1)).toMatchObject({ status: 'completed', progress: { percent: 100, message: '40' } });
  // Nobody else was in that process: the end of it is charged to nobody yet.
  expect(shown.at(-1)?.result?.[stage]).toEqual({ wentOnFrom: progress, attempt: 1 });
  expect(shown.every((one) => one.status === 'running' || one.status === 'completed')).toBe(true);
  expect(shown.every((one) => (one.progress?.percent ?? 0) >= 40)).toBe(true);
});

it('lets a heavy event go on where it was whose service is killed, and never shows it as if it had not begun', async () => {
  const id = await submit('test-going-on');
  const { progress } = await hanging(id);
  const connection = await Connection.connect({ address: (await engineOf(dataDirectory)).address });
  const client = new Client({ connection, namespace: (await engineOf(dataDirectory)).namespace });
  await until('the engine has heard how far it is', async () => (await readHeartbeat(client, { workflowId: id }))?.message === '16');
  await connection.close();

  service.kill('SIGKILL');
  await service.exited;
  service = await startServiceProcess({ dataDirectory, port });
  const shown = await shownToTheEnd(id);

  expect(shown.at(-1)).toMatchObject({ status: 'completed', progress: { percent: 100, message: '40' } });
  expect(shown.at(-1)?.result?.['read']).toEqual({ wentOnFrom: progress, attempt: 2 });
  expect(shown.map(({ status, stage }) => [status, stage])).not.toContainEqual(['accepted', null]);
  expect(shown.every((one) => (one.progress?.percent ?? 0) >= 40)).toBe(true);
});
