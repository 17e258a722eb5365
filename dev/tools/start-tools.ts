import { randomBytes } from 'node:crypto';
import type { DevTools } from '../../api/dev-tools.ts';
import { startServer } from '../../api/start-server.ts';
import type { HttpServer } from '../../api/start-server.ts';
import { createReceiver } from './create-receiver.ts';
import { createToolsApp } from './create-tools-app.ts';

const HOST = '127.0.0.1';
// The same each time where it is free: callbacks of events that are older than this process go there.
const PORT = 4_747;

interface RunningTools extends DevTools {
  stop(): Promise<void>;
}

/** Starts the receiver of `tickless dev` in this process, which outlives the service. */
export async function startTools(): Promise<RunningTools> {
  const token = randomBytes(32).toString('base64url');
  const app = createToolsApp(createReceiver(Date.now), { token, url: () => server.url });
  const listen = (port: number): Promise<HttpServer> => startServer({ fetch: app.fetch, host: HOST, port, report: () => undefined });
  const server = await listen(PORT).catch(() => listen(0));
  return { receiverUrl: server.url, token, stop: () => server.stop(0) };
}
