import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { enginePid } from '../test/support/service-engine.ts';
import { freePort, startServiceProcess } from '../test/support/service-process.ts';
import type { ServiceProcess, ServiceProcessOptions } from '../test/support/service-process.ts';

export interface ServiceUnderTest {
  readonly url: string;
  readonly pid: number;
  readonly enginePid: number;
  readonly dataDirectory: string;
  kill(signal: NodeJS.Signals): void;
  /** Started again at the same address and with the same data, once it is gone; the engine lives on. */
  restart(): Promise<void>;
}

const { ENGINE_SYNC = 'full' } = process.env;

/** A service and its engine, as `npm start` has them, with nothing in them yet; both are gone afterwards. */
export async function withService<T>(
  use: (service: ServiceUnderTest) => Promise<T>,
  options: Pick<ServiceProcessOptions, 'env' | 'nodeOptions'> = {},
): Promise<T> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'tickless-bench-'));
  const port = await freePort();
  const start = (): Promise<ServiceProcess> =>
    startServiceProcess({
      ...options,
      dataDirectory,
      port,
      env: { NODE_ENV: 'production', ENGINE_SYNC, ...options.env },
    });
  let process = await start();
  try {
    return await use({
      url: process.url,
      dataDirectory,
      enginePid: await enginePid(dataDirectory),
      get pid() {
        return process.pid;
      },
      kill: (signal) => process.kill(signal),
      restart: async () => {
        await process.exited;
        process = await start();
      },
    });
  } finally {
    process.kill('SIGTERM');
    await process.exited;
    await rm(dataDirectory, { recursive: true, force: true });
  }
}
