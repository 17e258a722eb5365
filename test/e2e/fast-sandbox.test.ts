import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { expect, it } from 'vitest';
import type { EventResource } from '../../domain/event-resource.ts';
import { engineOf } from '../support/service-engine.ts';
import { freePort, startServiceProcess } from '../support/service-process.ts';

it.each([
  ['the lighter sandbox', '1', false],
  ["the SDK's own sandbox", '0', true],
])('runs light, failing and heavy events in %s', async (_, mode, hasStackTraces) => {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'tickless-sandbox-'));
  const service = await startServiceProcess({ dataDirectory, port: await freePort(), env: { TICKLESS_FAST_SANDBOX: mode } });
  try {
    const run = async (event: object): Promise<EventResource> => {
      const headers = { 'content-type': 'application/json', prefer: 'wait=30' };
      return (await (
        await fetch(`${service.url}/v1/events`, { method: 'POST', headers, body: JSON.stringify(event) })
      ).json()) as EventResource;
    };
    expect(await run({ type: 'joy', data: { intensity: 0.3 } })).toMatchObject({ status: 'completed' });
    expect(await run({ type: 'test-failing', data: { how: 'twice' } })).toMatchObject({ status: 'completed', attempts: { action: 3 } });
    expect(await run({ type: 'test-slow-work', data: { ms: 50 } })).toMatchObject({ status: 'completed' });

    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ type: 'joy', id: 'waits', data: { intensity: 0.3 }, delayMs: 60_000 });
    await fetch(`${service.url}/v1/events`, { method: 'POST', headers, body });
    const { address, namespace } = await engineOf(dataDirectory);
    const connection = await Connection.connect({ address });
    const trace = new Client({ connection, namespace }).workflow.getHandle('waits').query<string>('__stack_trace');
    const isTraced = await trace.then(
      (text) => text !== '',
      () => false,
    );
    await connection.close();
    expect(isTraced).toBe(hasStackTraces);
  } finally {
    service.kill('SIGTERM');
    await service.exited;
    await rm(dataDirectory, { recursive: true, force: true });
  }
});
