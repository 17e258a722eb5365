import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseSecret } from '../domain/webhook-signature.ts';
import { checkSignature } from './check-signature.ts';
import type { CheckedSignature } from './check-signature.ts';
import { createWaiting } from './waiting.ts';
import type { WaitOptions } from './waiting.ts';

/**
 * What a receiver does with a callback: a status or an answer, `hang`: it never answers, or `reset`: it breaks the connection off once it
 * has read the callback.
 */
export type ReceiverAnswer =
  | number
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
  | 'hang'
  | 'reset';

export interface ReceiverOptions {
  /**
   * `whsec_…`, what the service signs with. Default: those of the variable `WEBHOOK_SECRETS`, else the one that a service of this folder
   * keeps in `.tickless/webhook-secret` (`TICKLESS_DATA`).
   */
  readonly secrets?: string | readonly string[];
  /** For the first callbacks, in order of arrival; all after them are answered with 200. */
  readonly answers?: readonly ReceiverAnswer[];
  /** Default: one that is free. */
  readonly port?: number;
}

/** The body of a callback, as docs/callbacks.md has it. */
export interface ReceivedMessage {
  /** `event.completed`, `event.failed`, … */
  readonly type: string;
  readonly timestamp: string;
  /** The event or the batch. */
  readonly data: Readonly<Record<string, unknown>>;
}

export interface ReceivedCallback {
  /** `webhook-id`; null without one. The same on each attempt to deliver the same message. */
  readonly id: string | null;
  /** Whether it is genuine, and if not, why. */
  readonly signature: CheckedSignature;
  /** Null where the body is none. */
  readonly message: ReceivedMessage | null;
  /** The body as it came. */
  readonly text: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly answer: ReceiverAnswer;
}

export interface Receiver {
  /** Where callbacks go; any path below it will do as well. */
  readonly url: string;
  /** All callbacks so far, in order of arrival. */
  readonly received: readonly ReceivedCallback[];
  /** The first callback that `next` hasn't given yet; waits for it. @throws Error when none has come in time */
  next(options?: WaitOptions): Promise<ReceivedCallback>;
  /** Waits until what has come is as it should be. @throws Error when it isn't in time */
  waitFor(condition: (received: readonly ReceivedCallback[]) => boolean, options?: WaitOptions): Promise<void>;
  /** Drops open connections; whoever waits is rejected. */
  close(): Promise<void>;
}

/**
 * Opens a port of this machine, and keeps the callbacks that come there, each with whether its signature is valid. It doesn't keep a process
 * alive.
 * @throws Error when a secret is malformed, or the port is taken
 */
export async function createReceiver({ secrets, answers = [], port = 0 }: ReceiverOptions = {}): Promise<Receiver> {
  for (const secret of [secrets ?? []].flat()) parseSecret(secret);
  const received: ReceivedCallback[] = [];
  const waiting = createWaiting(() => describeAll(received));
  let begun = 0;
  let given = 0;

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    const { headers, method = '', url: path = '' } = request;
    const answer = answers[begun] ?? 200;
    begun += 1;
    const signature = await checkSignature({ secrets, headers, body });
    const text = body.toString();
    const id = headers['webhook-id'];
    const message = toMessage(text);
    received.push({ id: typeof id === 'string' ? id : null, signature, message, text, headers, method, path, answer });
    await send(answer, response);
    // Only now, as whoever waits may close the receiver at once.
    waiting.check();
  }

  const server = createServer((request, response) => {
    // Whoever breaks off has sent nothing.
    receive(request, response).catch(() => response.destroy());
  });
  // A test that forgets to close it ends all the same.
  server.unref();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    received,

    async next(options) {
      const index = given;
      given += 1;
      try {
        return await waiting.until(() => received[index], options);
      } catch (error) {
        // Nobody was given it: the next call waits for the same one.
        given -= 1;
        throw error;
      }
    },

    async waitFor(condition, options) {
      await waiting.until(() => condition(received) || undefined, options);
    },

    close: () =>
      new Promise((resolve) => {
        waiting.giveUp('the receiver was closed');
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

/** Resolves when the answer is out, or can't be. */
async function send(answer: ReceiverAnswer, response: ServerResponse): Promise<void> {
  if (answer === 'hang') return;
  const closed = once(response, 'close');
  if (answer === 'reset') {
    response.socket?.resetAndDestroy();
  } else {
    const { status, headers = {}, body = '' } = typeof answer === 'number' ? { status: answer } : answer;
    response.writeHead(status, headers).end(body);
  }
  await closed;
}

function toMessage(text: string): ReceivedMessage | null {
  try {
    const body: unknown = JSON.parse(text);
    return isMessage(body) ? body : null;
  } catch {
    return null;
  }
}

function isMessage(body: unknown): body is ReceivedMessage {
  if (typeof body !== 'object' || body === null) return false;
  const { type, timestamp, data } = body as Partial<Record<keyof ReceivedMessage, unknown>>;
  return typeof type === 'string' && typeof timestamp === 'string' && typeof data === 'object' && data !== null;
}

function describeAll(received: readonly ReceivedCallback[]): string {
  if (received.length === 0) return 'none has come';
  const each = received.map(({ message, signature, answer }) => {
    const what = message?.type ?? 'no message';
    const answered = typeof answer === 'object' ? answer.status : answer;
    return `${what}, ${signature.ok ? 'signature valid' : signature.reason}, answered ${answered}`;
  });
  return `${received.length} came: ${each.join('; ')}`;
}
