import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import type { EventResource } from '../../domain/event-resource.ts';
import type { TestService } from '../support/in-process-service.ts';
import { startReceiver } from '../support/receiver.ts';
import type { Receiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';

/** A service, and how what it leaves behind is kept. */
export interface Recorder extends Pick<TestService, 'client'> {
  request(path: string, init?: RequestInit): Promise<Response>;
  /** Posts JSON; resolves with the answer's `id`. */
  post(path: string, body: Readonly<Record<string, unknown>>): Promise<string>;
  read(id: string): Promise<EventResource>;
  untilDelivered(ids: readonly string[]): Promise<void>;
  /** Keeps the history of a workflow once it has ended. */
  save(name: string, workflowId: string): Promise<void>;
  /** The same of one that goes on. */
  saveOpen(name: string, workflowId: string): Promise<void>;
}

/** A history that is there already is kept: it stands for runs that were under way when the code was changed. */
export function createRecorder({ app, client }: TestService, folder: string): Recorder {
  async function read(id: string): Promise<EventResource> {
    return (await (await app.request(`/v1/events/${id}`)).json()) as EventResource;
  }

  async function saveOpen(name: string, workflowId: string): Promise<void> {
    const history: unknown = JSON.parse(historyToJSON(await client.workflow.getHandle(workflowId).fetchHistory()), withoutMachine);
    const json = JSON.stringify(history, null, 1);
    await writeFile(join(folder, `${name}.json`), `${json}\n`, { flag: 'wx' }).then(
      () => process.stdout.write(`recorded ${name}\n`),
      () => process.stdout.write(`kept ${name}\n`),
    );
  }

  return {
    client,
    read,
    saveOpen,
    request: async (path, init) => app.request(path, init),
    async post(path, body) {
      const headers = { 'content-type': 'application/json' };
      const response = await app.request(path, { method: 'POST', headers, body: JSON.stringify(body) });
      const { id } = (await response.json()) as { id?: string };
      if (id === undefined) throw new Error(`"POST ${path}" was answered with ${response.status}`);
      return id;
    },
    async untilDelivered(ids) {
      for (const id of ids) await until(`"${id}" is called back`, async () => (await read(id)).callback.status === 'delivered');
    },
    async save(name, workflowId) {
      await client.workflow
        .getHandle(workflowId)
        .result()
        .catch(() => undefined);
      await saveOpen(name, workflowId);
    },
  };
}

export async function withReceiver<T>(use: (receiver: Receiver) => Promise<T>): Promise<T> {
  const receiver = await startReceiver();
  try {
    return await use(receiver);
  } finally {
    await receiver.close();
  }
}

/** Names of this machine and its folders say nothing to a replay. */
function withoutMachine(key: string, value: unknown): unknown {
  if (key === 'stackTrace') return '';
  return typeof value === 'string' ? value.replace(/\d+@[\w.-]+/g, 'worker') : value;
}
