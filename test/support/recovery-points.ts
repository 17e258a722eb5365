import type { Client } from '@temporalio/client';
import type { LimitResource } from '../../domain/limit-resource.ts';
import type { BatchResource } from '../../domain/batch-resource.ts';
import type { OverlapRecorder } from './overlap-recorder.ts';
import type { Receiver } from './receiver.ts';
import { until } from './until.ts';

/** What a point is reached with: a receiver that answers no request, and a recorder that lets no handler go on. */
export interface Surroundings {
  /** Of a process that accepts events. */
  readonly url: string;
  readonly engine: Client;
  readonly receiver: Receiver;
  readonly recorder: OverlapRecorder;
  /** No other event, batch or subject has it. */
  readonly name: string;
}

/** A service that is there. */
export interface Reached {
  /** The events that are to go on: the handler of each, or its callback's receiver, is called again. */
  readonly interrupted: readonly string[];
  /** The port of a connection that the process to be killed has open; without one that is the process that has accepted. */
  readonly port?: number | undefined;
  /** What a client does at a process that is ready, if its request was cut off. */
  readonly sendAgain?: (url: string) => Promise<void>;
  /** The interrupted events aren't all: nothing goes on before what is sent again is accepted. */
  readonly isSentAgain?: boolean;
  /** Whether all has ended as it must, besides the events that the recorder or the receiver have heard of. */
  readonly hasEnded?: (url: string) => Promise<boolean>;
}

export interface RecoveryPoint {
  readonly title: string;
  reach(surroundings: Surroundings): Promise<Reached>;
}

const GATHERING = 8;
const ITEMS = 4;
const UPLOADED = { items: 1_000, before: 600 } as const;

/** Where a service is killed, and how it is brought there. */
export const recoveryPoints = {
  'intake gathering': {
    title: 'events gather at the intake, and the first of them is in its stages',
    async reach({ url, recorder, receiver }) {
      const event = recorded('test-recorded-light-work', recorder, receiver);
      const posts = Array.from({ length: GATHERING }, () => post(url, event));
      const [id] = await visitors(recorder, 1);
      return {
        interrupted: [id],
        isSentAgain: true,
        sendAgain: async (to) => void (await Promise.all(posts.map((one) => postAgain(one, to, event)))),
      };
    },
  },
  'between start and first task': {
    title: 'an event has just been accepted',
    async reach({ url, receiver, name }) {
      await post(url, noise(receiver, name));
      return { interrupted: [name] };
    },
  },
  'inline stages': {
    title: 'a light event is in its stages',
    async reach({ url, recorder, receiver, name }) {
      await post(url, { ...recorded('test-recorded-light-work', recorder, receiver), id: name });
      await visitors(recorder, 1);
      return { interrupted: [name] };
    },
  },
  'riding attempt': {
    title: 'the first attempt of a callback rides in its event’s task',
    async reach({ url, receiver, name }) {
      const event = noise(receiver, name);
      const posted = post(url, event);
      await receiver.waitFor(({ length }) => length === 1, DEADLINE_MS);
      return { interrupted: [name], sendAgain: (to) => postAgain(posted, to, event) };
    },
  },
  'handed-over attempt': {
    title: 'the first attempt of a callback goes on beside its event, which has ended',
    async reach({ url, engine, receiver, name }) {
      await post(url, noise(receiver, name));
      await until('it is handed over', async () => {
        const [event, delivery] = await Promise.all([statusOf(engine, name), statusOf(engine, `${name}~callback.1`)]);
        return event === 'COMPLETED' && delivery === 'RUNNING';
      });
      // The last one's: where the event's task took too long, another process may have run it, and has that attempt.
      return { interrupted: [name], port: receiver.requests.at(-1)?.remotePort };
    },
  },
  'delivery attempt': {
    title: 'a delivery makes an attempt of its own',
    async reach({ url, receiver, name }) {
      receiver.respond((_request, index) => (index === 0 ? 500 : 'hang'));
      await post(url, noise(receiver, name));
      await receiver.waitFor(({ length }) => length === 2, DEADLINE_MS);
      return { interrupted: [name], port: receiver.requests[1]?.remotePort };
    },
  },
  'heavy stage': {
    title: 'a heavy event is in a stage',
    async reach({ url, recorder, receiver, name }) {
      await post(url, { ...recorded('test-recorded-work', recorder, receiver), id: name });
      await visitors(recorder, 1);
      return { interrupted: [name], port: recorder.ports.get(name) };
    },
  },
  'permit just granted': {
    title: 'a heavy event has just been granted its permit',
    async reach({ url, recorder, receiver, name }) {
      await post(url, { ...recorded('test-recorded-work', recorder, receiver), id: name });
      await until('it holds a permit', async () => {
        const { holders } = (await (await fetch(`${url}/v1/limits/tasks`)).json()) as LimitResource;
        return holders.some(({ event }) => event === name);
      });
      return { interrupted: [name], port: recorder.ports.get(name) };
    },
  },
  'batch unit': {
    title: 'items of a batch run',
    async reach({ url, recorder, receiver, name }) {
      const item = JSON.stringify(recorded('test-recorded-light-work', recorder, receiver));
      await postLines(url, name, Array(ITEMS).fill(item).join('\n'));
      const ids = await visitors(recorder, ITEMS);
      return { interrupted: ids, port: recorder.ports.get(ids[0]), hasEnded: (at) => isBatchComplete(at, name, ITEMS) };
    },
  },
  'page being kept': {
    title: 'a batch is being uploaded, and some of its pages are kept',
    async reach({ url, engine, name }) {
      const line = `${JSON.stringify({ type: 'joy', data: { intensity: 0.3 } })}\n`;
      const upload = postLines(url, name, unfinished(line.repeat(UPLOADED.before))).catch(() => undefined);
      await until('a page is kept', async () => {
        for await (const { workflowId } of engine.workflow.list({ query: "WorkflowType = 'keepPage'" })) {
          if (workflowId.startsWith(`${name}~batch.page.`)) return true;
        }
        return false;
      });
      return {
        interrupted: [],
        isSentAgain: true,
        async sendAgain(to) {
          await upload;
          await postLines(to, name, line.repeat(UPLOADED.items));
        },
        hasEnded: (at) => isBatchComplete(at, name, UPLOADED.items),
      };
    },
  },
  'subject’s fold': {
    title: 'a subject applies an event',
    async reach({ url, recorder, receiver, name }) {
      const event = { ...recorded('test-recorded-sum', recorder, receiver), id: name, subject: name };
      const posted = post(url, event);
      const [id] = await visitors(recorder, 1);
      return {
        interrupted: [id],
        port: recorder.ports.get(id),
        sendAgain: (to) => postAgain(posted, to, event),
        hasEnded: (at) => hasVersion(at, name, 1),
      };
    },
  },
  'subject’s callbacks': {
    title: 'the first attempts of a subject’s callbacks are made',
    async reach({ url, receiver, name }) {
      const event = { type: 'test-summed', subject: name, id: name, data: { add: 1 }, callback: { url: receiver.url } };
      const posted = post(url, event);
      await receiver.waitFor(({ length }) => length === 1, DEADLINE_MS);
      const [request] = receiver.requests;
      return {
        interrupted: [request === undefined ? '' : toldOf(request)],
        port: request?.remotePort,
        sendAgain: (to) => postAgain(posted, to, event),
        hasEnded: (at) => hasVersion(at, name, 1),
      };
    },
  },
} as const satisfies Readonly<Record<string, RecoveryPoint>>;

export type RecoveryPointName = keyof typeof recoveryPoints;

/** The id of the event that a callback tells of. */
export function toldOf({ text }: { readonly text: string }): string {
  return (JSON.parse(text) as { readonly data: { readonly id: string } }).data.id;
}

const DEADLINE_MS = 20_000;

function noise({ url }: Receiver, id: string): object {
  return { type: 'noise', id, data: { intensity: 0.3 }, callback: { url } };
}

function recorded(type: string, { port }: OverlapRecorder, { url }: Receiver): object {
  return { type, data: { port, ms: 0 }, callback: { url } };
}

/** Whether it was accepted, as far as the client knows. */
async function post(url: string, event: object): Promise<boolean> {
  const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(event) };
  const response = await fetch(`${url}/v1/events`, request).catch(() => null);
  return response?.ok ?? false;
}

async function postAgain(before: Promise<boolean>, url: string, event: object): Promise<void> {
  if (!(await before)) await until('it is accepted', () => post(url, event));
}

async function postLines(url: string, id: string, body: NonNullable<RequestInit['body']>): Promise<void> {
  const request = { method: 'POST', headers: { 'content-type': 'application/x-ndjson' }, body, duplex: 'half' } as const;
  const response = await fetch(`${url}/v1/batches?id=${id}`, request);
  if (!response.ok) throw new Error(`answered with ${response.status}: ${await response.text()}`);
}

/** A body of which nothing comes after this. */
function unfinished(text: string): ReadableStream {
  return new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode(text)) });
}

/** The ids of those that have come to the recorder, once there are so many. */
async function visitors({ visits }: OverlapRecorder, count: number): Promise<readonly [string, ...string[]]> {
  return until(`${count} have come`, async () => {
    const [first, ...others] = visits.keys();
    return first !== undefined && visits.size >= count && [first, ...others];
  });
}

async function statusOf(engine: Client, workflowId: string): Promise<string | null> {
  const description = await engine.workflow
    .getHandle(workflowId)
    .describe()
    .catch(() => null);
  return description && description.status.name;
}

async function isBatchComplete(url: string, id: string, items: number): Promise<boolean> {
  const response = await fetch(`${url}/v1/batches/${id}`);
  if (!response.ok) return false;
  const { completedAt, counts } = (await response.json()) as BatchResource;
  return completedAt !== null && counts.completed === items;
}

async function hasVersion(url: string, subject: string, version: number): Promise<boolean> {
  const response = await fetch(`${url}/v1/subjects/test-sum/${subject}`);
  return response.ok && ((await response.json()) as { readonly version: number }).version === version;
}
