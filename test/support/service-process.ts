import { once } from 'node:events';
import { createServer } from 'node:net';
import { startChild } from './child-process.ts';
import type { Child } from './child-process.ts';
import { engineVariablesOf } from './service-engine.ts';
import { until } from './until.ts';

export interface ServiceProcessOptions {
  readonly dataDirectory: string;
  readonly port: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly nodeOptions?: readonly string[];
}

export interface ServiceProcess extends Child {
  readonly url: string;
}

/** Starts the service as a process of its own, as `npm start` does, and waits until it accepts events. */
export async function startServiceProcess(options: ServiceProcessOptions): Promise<ServiceProcess> {
  const { dataDirectory, port, env = {}, nodeOptions } = options;
  const engine = env['TEMPORAL_ADDRESS'] === undefined ? await engineVariablesOf(dataDirectory) : {};
  const child = startChild('service-main.ts', { TICKLESS_DATA: dataDirectory, PORT: String(port), ...engine, ...env }, nodeOptions);
  const url = `http://127.0.0.1:${port}`;
  await until(
    'the service is ready',
    async () => {
      if (child.hasEnded()) throw new Error(`the service ended before it was ready:\n${child.output()}`);
      return (await fetch(`${url}/readyz`).catch(() => null))?.ok;
    },
    60_000,
  );
  return { url, ...child };
}

// Below those that the system gives to whoever needs any, as every connection does: one of these would be taken before a
// process that has yet to start listens on it.
const PORTS = { first: 10_000, last: 32_000 } as const;

/** Any that nobody listens on, for a process that is to be started. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = PORTS.first + Math.floor(Math.random() * (PORTS.last - PORTS.first));
    const server = createServer().listen(port, '127.0.0.1');
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}
