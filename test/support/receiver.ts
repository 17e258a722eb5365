import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';

export interface ReceivedRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly text: string;
  /** That its connection came from. */
  readonly remotePort: number;
  /** Milliseconds since 1970, when its last byte had come. */
  readonly receivedAtMs: number;
}

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/**
 * A status or an answer; `hang`: never answers; `reset`: breaks the connection off, as if the acknowledgement was lost;
 * `handled`: the responder has written to the response itself, or will.
 */
export type Reply = number | Answer | 'hang' | 'reset' | 'handled';

/** `index` counts the requests from 0. */
export type Responder = (request: ReceivedRequest, index: number, response: ServerResponse) => Reply | Promise<Reply>;

export interface Receiver {
  /** Without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** In order of arrival. */
  readonly requests: readonly ReceivedRequest[];
  /** Connections opened so far, and open now. */
  readonly sockets: { readonly opened: number; readonly open: number };
  /** Sets what is done with the requests from now on; at first each gets a 200. */
  respond(responder: Responder): void;
  /** Resolves as soon as the predicate holds; rejects after the deadline with a list of what came. */
  waitFor(predicate: (requests: readonly ReceivedRequest[]) => boolean, deadlineMs?: number): Promise<void>;
  /** Drops open connections, the hanging ones too. */
  close(): Promise<void>;
}

export interface ReceiverOptions {
  readonly host?: string;
  /** To come back at an address that was in use before; otherwise a free one. */
  readonly port?: number;
  /** PEM texts: makes it an https receiver. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

const RECHECK_MS = 20;

/** A scripted webhook receiver on a real port. */
export async function startReceiver({ host = '127.0.0.1', port = 0, tls }: ReceiverOptions = {}): Promise<Receiver> {
  const requests: ReceivedRequest[] = [];
  const sockets = new Set<Socket>();
  const waiting = new Set<() => void>();
  let opened = 0;
  let responder: Responder = () => 200;

  const onRequest = (message: IncomingMessage, response: ServerResponse): void => {
    receive(message)
      .then(async (request) => {
        requests.push(request);
        const reply = responder(request, requests.length - 1, response);
        for (const check of waiting) check();
        send(await reply, response);
      })
      // A sender that breaks off is part of the script; a responder that throws answers 500.
      .catch(() => (response.headersSent ? response.destroy() : response.writeHead(500).end()));
  };
  const server = tls ? createTlsServer(tls, onRequest) : createServer(onRequest);
  // Connections of the tests end by script, not by idling.
  server.keepAliveTimeout = 0;
  server.on('connection', (socket: Socket) => {
    opened += 1;
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      sockets.delete(socket);
      for (const check of waiting) check();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address() as AddressInfo;

  return {
    url: `${tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${address.port}`,
    port: address.port,
    requests,
    get sockets() {
      return { opened, open: sockets.size };
    },
    respond: (next) => {
      responder = next;
    },
    waitFor: (predicate, deadlineMs = 5_000) =>
      new Promise((resolve, reject) => {
        const settle = (end: () => void): void => {
          clearTimeout(deadline);
          clearInterval(recheck);
          waiting.delete(check);
          end();
        };
        const check = (): void => {
          try {
            if (predicate(requests)) settle(resolve);
          } catch (error) {
            settle(() => reject(error));
          }
        };
        const came = (): string => requests.map(({ method, path }) => `${method} ${path}`).join(', ');
        const deadline = setTimeout(
          () => settle(() => reject(new Error(`not so after ${deadlineMs} ms; came: ${came() || 'nothing'}`))),
          deadlineMs,
        );
        // For predicates that look at something else as well.
        const recheck = setInterval(check, RECHECK_MS);
        waiting.add(check);
        check();
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

async function receive(message: IncomingMessage): Promise<ReceivedRequest> {
  // Unknown once it is closed.
  const { remotePort = 0 } = message.socket;
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  return {
    method: message.method ?? '',
    path: message.url ?? '',
    headers: message.headers,
    body,
    text: body.toString('utf8'),
    remotePort,
    receivedAtMs: Date.now(),
  };
}

function send(reply: Reply, response: ServerResponse): void {
  if (reply === 'hang' || reply === 'handled') return;
  if (reply === 'reset') {
    response.socket?.resetAndDestroy();
    return;
  }
  const { status = 200, headers = {}, body = '' }: Answer = typeof reply === 'number' ? { status: reply } : reply;
  response.writeHead(status, headers).end(body);
}
