import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { EventResource } from '../../domain/event-resource.ts';
import { startCleanupRecorder } from '../support/cleanup-recorder.ts';
import { freePort, startServiceProcess } from '../support/service-process.ts';
import type { ServiceProcess } from '../support/service-process.ts';
import { until } from '../support/until.ts';

// A process that starts beside others takes its time.
const DEADLINE_MS = 60_000;

it('cleans up again, with the same key, where the service is killed meanwhile', async () => {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'tickless-clean-up-'));
  onTestFinished(() => rm(dataDirectory, { recursive: true, force: true }));
  const recorder = await startCleanupRecorder();
  onTestFinished(() => recorder.close());
  const port = await freePort();
  const start = (): Promise<ServiceProcess> => startServiceProcess({ dataDirectory, port });
  let service = await start();
  onTestFinished(async () => {
    service.kill('SIGTERM');
    await service.exited;
  });
  const { url } = service;
  const read = async (): Promise<EventResource> => (await (await fetch(`${url}/v1/events/patient`)).json()) as EventResource;
  const body = JSON.stringify({ type: 'test-cleaned-patiently', id: 'patient', data: { port: recorder.port } });
  await fetch(`${url}/v1/events`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  await until('it is at work', async () => (await read()).status === 'running', DEADLINE_MS);
  expect((await fetch(`${url}/v1/events/patient`, { method: 'DELETE' })).status).toBe(202);
  await recorder.untilTold(1, DEADLINE_MS);

  service.kill('SIGKILL');
  await service.exited;
  service = await start();
  await recorder.untilTold(2, DEADLINE_MS);
  expect(await read()).toMatchObject({ status: 'running', stage: 'onCancel' });
  recorder.letGo();

  const ended = await until('it has ended', async () => {
    const event = await read();
    return event.completedAt !== null && event;
  });
  expect(ended).toMatchObject({ status: 'cancelled', attempts: { action: 1 }, cleanup: { status: 'completed' } });
  expect(recorder.keys).toEqual(['patient/1/onCancel', 'patient/1/onCancel']);
});
