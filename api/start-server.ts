import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener, RequestError } from '@hono/node-server';
import { answerProblem, answerRefusals, problemResponse } from './server-refusals.ts';
import type { ReportRefusal } from './server-refusals.ts';

export interface HttpServer {
  readonly url: string;
  /** Takes no new connections, lets requests under way be answered for at most `graceMs`, then cuts what is left. */
  stop(graceMs: number): Promise<void>;
}

interface StartServerOptions {
  readonly fetch: (request: Request) => Response | Promise<Response>;
  readonly host: string;
  readonly port: number;
  /** The variable that chooses the port; `PORT` by default. */
  readonly setting?: string;
  /** Told of what is refused before it comes to `fetch`. */
  readonly report: ReportRefusal;
  /** How long a request's headers may take; a minute by default. */
  readonly headersWithinMs?: number;
}

const HEADERS_WITHIN_MS = 60_000;

// Node's 511 are too few for a busy moment: who finds the line full tries again after 1 s, then 3. The system may allow fewer.
const CONNECTIONS_IN_LINE = 4_096;

/**
 * Listens for HTTP.
 * @throws Error with the address in it when it can't be listened on
 */
export async function startServer(options: StartServerOptions): Promise<HttpServer> {
  const { fetch, host, port, setting = 'PORT', report, headersWithinMs = HEADERS_WITHIN_MS } = options;
  const listener = getRequestListener(fetch, { hostname: host, errorHandler: toResponse });
  const timeouts = {
    // Of the whole request, its body included, which may take as long as it likes where it is a stream: whoever reads a body
    // bounds the wait for it.
    requestTimeout: 0,
    headersTimeout: headersWithinMs,
    connectionsCheckingInterval: headersWithinMs / 2,
  };
  const server = createServer({ ...timeouts, requireHostHeader: false }, (incoming, response) => {
    if (incoming.headers.host === undefined && incoming.httpVersion === '1.1') {
      answerProblem(response, { code: 'malformed', detail: 'a request needs the header Host' }, report);
      return;
    }
    if (incoming.method === 'GET' || incoming.method === 'HEAD') response.once('finish', () => dropBody(incoming));
    void listener(incoming, response);
  });
  answerRefusals(server, report);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(new Error(faultOf(error, { host, port, setting }), { cause: error })));
    server.listen({ host, port, backlog: CONNECTIONS_IN_LINE }, resolve);
  });
  // Node's 5 s would close connections that clients are about to use again.
  server.keepAliveTimeout = 65_000;
  const { port: actualPort } = server.address() as AddressInfo;
  /** Of what the adapter can't make a request of, or that failed past all handlers. */
  function toResponse(error: unknown): Response {
    const detail = error instanceof Error ? error.message : String(error);
    const problem =
      error instanceof RequestError
        ? ({ code: 'malformed', detail: `the request cannot be read: ${detail}` } as const)
        : ({ code: 'internal', detail: 'something went wrong here; the request id names it in our log' } as const);
    const requestId = randomUUID();
    report({ code: problem.code, detail, requestId, address: undefined });
    return problemResponse(problem, { instance: '', requestId });
  }

  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${actualPort}`,
    stop: async (graceMs) => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      // One that is answered from now on is not kept for another request.
      server.keepAliveTimeout = 1;
      server.closeIdleConnections();
      // A connection that never sent a request would hold close() forever.
      const cut = setTimeout(() => server.closeAllConnections(), graceMs);
      await closed;
      clearTimeout(cut);
    },
  };
}

/** What is wrong with an address to listen on, and the variable that helps. */
function faultOf(
  error: NodeJS.ErrnoException,
  { host, port, setting }: Required<Pick<StartServerOptions, 'host' | 'port' | 'setting'>>,
): string {
  if (error.code === 'EADDRINUSE') return `port ${port} on ${host} is in use; set ${setting} to another one`;
  if (error.code === 'EACCES') {
    return `this user may not listen on port ${port} (EACCES); set ${setting} to one from 1024 on`;
  }
  return `cannot listen on ${host}:${port}: ${error.message}; set HOST to an address of this machine, as 127.0.0.1 or 0.0.0.0`;
}

/** The adapter doesn't look for bodies of these: one that never comes to its end would hold its connection. */
function dropBody(incoming: IncomingMessage): void {
  if (!incoming.complete) incoming.socket.destroySoon();
}
