import { Client, Connection } from '@temporalio/client';
import { afterEach, expect, it } from 'vitest';
import type { EventResource } from '../../domain/event-resource.ts';
import type { Progress } from '../../domain/event-run.ts';
import { readHeartbeat } from '../../temporal/read-heartbeat.ts';
import { WEBHOOK_SECRET } from '../support/service.ts';
import { startChild } from '../support/child-process.ts';
import type { Child } from '../support/child-process.ts';
import { engineVariables } from '../support/cluster.ts';
import type { TestEngine } from '../support/cluster.ts';
import { engineOf } from '../support/service-engine.ts';
import { freePort } from '../support/service-process.ts';
import { testEngine } from '../support/test-engine.ts';
import { until } from '../support/until.ts';
import { useServiceProcess } from '../support/use-service-process.ts';

// A process that starts beside others takes its time.
const DEADLINE_MS = 60_000;

const one = useServiceProcess();

let url: string;
let stop: (() => Promise<void>) | null = null;

afterEach(async () => {
  await stop?.();
  stop = null;
});

/** All in one process, and its engine. */
async function startOne() {
  url = one.url;
  return {
    engine: await engineOf(one.dataDirectory),
    async killAndStart() {
      one.kill('SIGKILL');
      await one.exited;
      await one.startAgain();
    },
  };
}

/** An API that goes on, and a worker. */
async function startHalves() {
  const engine = testEngine();
  const env = { ...engineVariables(engine), WEBHOOK_SECRETS: WEBHOOK_SECRET };
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  const api = startChild('api-main.ts', { ...env, PORT: String(port) });
  const start = (): Child => startChild('worker-main.ts', env);
  let worker = start();
  stop = async () => {
    for (const child of [api, worker]) child.kill('SIGTERM');
    await Promise.all([api.exited, worker.exited]);
  };
  await until('the API is ready', async () => (await fetch(`${url}/readyz`).catch(() => null))?.ok, DEADLINE_MS);
  return {
    engine,
    async killAndStart() {
      worker.kill('SIGKILL');
      await worker.exited;
      worker = start();
    },
  };
}

async function submit(type: 'test-going-on' | 'test-going-on-light'): Promise<string> {
  const response = await fetch(`${url}/v1/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ type, data: {} }),
  });
  return ((await response.json()) as { readonly id: string }).id;
}

async function read(id: string): Promise<EventResource> {
  return (await (await fetch(`${url}/v1/events/${id}`)).json()) as EventResource;
}

/** Once its handler hangs at page 16, in the process that it says. */
function hanging(id: string): Promise<EventResource> {
  return until(
    'its handler hangs',
    async () => {
      const event = await read(id);
      return event.progress?.message === '16' && event;
    },
    DEADLINE_MS,
  );
}

/** Every different thing that is shown of it from now on to its end. */
async function shownToTheEnd(id: string): Promise<readonly Pick<EventResource, 'status' | 'stage' | 'progress' | 'result'>[]> {
  const shown = new Map<string, EventResource>();
  await until(
    'it has ended',
    async () => {
      const event = await read(id);
      shown.set(JSON.stringify([event.status, event.stage, event.progress]), event);
      return event.completedAt !== null;
    },
    DEADLINE_MS,
  );
  return [...shown.values()];
}

it.each([
  ['test-going-on', 'read'],
  ['test-going-on-light', 'action'],
] as const)('lets %s go on where it was whose process for handlers is killed', async (type, stage) => {
  await startOne();
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

it.each([
  ['service', startOne],
  ['worker', startHalves],
] as const)(
  'lets a heavy event go on where it was whose %s is killed, and never shows it as if it had not begun',
  async (_whose, start) => {
    const { engine, killAndStart } = await start();
    const id = await submit('test-going-on');
    const { progress } = await hanging(id);
    await until('the engine has heard how far it is', async () => (await heartbeatOf(id, engine))?.message === '16');

    await killAndStart();
    const shown = await shownToTheEnd(id);

    expect(shown.at(-1)).toMatchObject({ status: 'completed', progress: { percent: 100, message: '40' } });
    expect(shown.at(-1)?.result?.['read']).toEqual({ wentOnFrom: progress, attempt: 2 });
    expect(shown.map(({ status }) => status)).not.toContain('accepted');
    expect(shown.every((one) => (one.progress?.percent ?? 0) >= 40)).toBe(true);
  },
);

async function heartbeatOf(id: string, { address, namespace }: TestEngine): Promise<Progress | null> {
  const connection = await Connection.connect({ address });
  try {
    return (await readHeartbeat(new Client({ connection, namespace }), { workflowId: id }))?.progress ?? null;
  } finally {
    await connection.close();
  }
}
