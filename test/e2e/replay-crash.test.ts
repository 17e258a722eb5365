import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { EventResource } from '../../domain/event-resource.ts';
import { startReceiver } from '../support/receiver.ts';
import type { Receiver } from '../support/receiver.ts';
import { engineOf } from '../support/service-engine.ts';
import { freePort, startServiceProcess } from '../support/service-process.ts';
import type { ServiceProcess } from '../support/service-process.ts';
import { until } from '../support/until.ts';

// A process that starts beside others takes its time.
const DEADLINE_MS = 60_000;
// Milliseconds after the request: before it is read, while the engine starts the run, while it runs, after the answer.
const KILLED_AFTER_MS = [0, 6, 12, 30];

let dataDirectory: string;
let receiver: Receiver;
let service: ServiceProcess;
let port: number;

beforeEach(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), 'tickless-replay-crash-'));
  receiver = await startReceiver();
  port = await freePort();
  service = await startServiceProcess({ dataDirectory, port });
});

afterEach(async () => {
  service.kill('SIGTERM');
  await service.exited;
  await receiver.close();
  await rm(dataDirectory, { recursive: true, force: true });
});

it('begins one run, and tells of it, when the service is killed before it has answered and the replay is asked for again', async () => {
  for (const afterMs of KILLED_AFTER_MS) {
    const id = `killed-after-${afterMs}`;
    const file = join(dataDirectory, `${id}-mended`);
    await post('/v1/events', { type: 'test-mended', id, data: { file }, callback: { url: receiver.url } });
    const failed = await ended(id, 1);
    await writeFile(file, '');

    const asked = replay(id).catch(() => null);
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    service.kill('SIGKILL');
    await service.exited;
    await asked;
    service = await startServiceProcess({ dataDirectory, port });
    const again = await until('it is asked for again', async () => {
      const response = await replay(id).catch(() => null);
      return response !== null && response.status !== 503 && response;
    });

    expect([again.status, await again.json()]).toMatchObject([202, { id, run: 2 }]);
    expect(await ended(id, 2)).toMatchObject({ status: 'completed', result: { price: failed.result?.['price'] } });
    await receiver.waitFor(() => kindsOf(id).size === 2, DEADLINE_MS);
    expect([...kindsOf(id)]).toHaveLength(2);
    expect(await runsOf(id)).toBe(2);
  }
});

function post(path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  return fetch(`${service.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

function replay(id: string): Promise<Response> {
  return post(`/v1/events/${id}/replay`, {}, { 'idempotency-key': `replay-of-${id}` });
}

function ended(id: string, run: number): Promise<EventResource> {
  return until(
    `run ${run} of "${id}" has ended`,
    async () => {
      const event = (await (await fetch(`${service.url}/v1/events/${id}`)).json()) as EventResource;
      return event.run === run && event.completedAt !== null && event.callback.status === 'delivered' && event;
    },
    DEADLINE_MS,
  );
}

/** The terminal messages that there have been of an event. */
function kindsOf(id: string): ReadonlySet<string> {
  const messages = receiver.requests.map(({ headers, text }) => ({ id: JSON.parse(text).data.id, kind: String(headers['webhook-id']) }));
  return new Set(messages.filter((message) => message.id === id).map(({ kind }) => kind));
}

/** How many runs the engine has had of an event's workflow. */
async function runsOf(id: string): Promise<number> {
  const { address, namespace } = await engineOf(dataDirectory);
  const connection = await Connection.connect({ address });
  try {
    const { count } = await new Client({ connection, namespace }).workflow.count(`WorkflowId = "${id}"`);
    return count;
  } finally {
    await connection.close();
  }
}
