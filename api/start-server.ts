import { createAdaptorServer } from '@hono/node-server';
import type { AddressInfo } from 'node:net';
import type { Server } from 'node:http';

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
}

// Node's 511 are too few for a busy moment: who finds the line full tries again after 1 s, then 3. The system may allow fewer.
const CONNECTIONS_IN_LINE = 4_096;

/**
 * Listens for HTTP.
 * @throws Error with the address in it when it can't be listened on
 */
export async function startServer({ fetch, host, port, setting = 'PORT' }: StartServerOptions): Promise<HttpServer> {
  const server = createAdaptorServer({ fetch, hostname: host }) as Server;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const inUse = error.code === 'EADDRINUSE';
      reject(
        new Error(
          inUse ? `port ${port} on ${host} is in use; set ${setting} to another one` : `cannot listen on ${host}:${port}: ${error.message}`,
          { cause: error },
        ),
      );
    });
    server.listen({ host, port, backlog: CONNECTIONS_IN_LINE }, resolve);
  });
  // Node's 5 s would close connections that clients are about to use again.
  server.keepAliveTimeout = 65_000;
  const { port: actualPort } = server.address() as AddressInfo;
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
