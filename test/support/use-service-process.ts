import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { freePort, startServiceProcess } from './service-process.ts';
import type { ServiceProcess } from './service-process.ts';

/** The service of a file's tests, in a process of its own. */
export interface UsedService extends Pick<ServiceProcess, 'url' | 'exited' | 'kill'> {
  readonly dataDirectory: string;
  /** Starts it again, on the same port and data, once it has ended. */
  startAgain(): Promise<void>;
}

/** The service for all tests of a file, with an engine of its own; a test finds it running, also where the one before has ended it. */
export function useServiceProcess(env: Readonly<Record<string, string>> = {}): UsedService {
  let dataDirectory: string;
  let port: number;
  let service: ServiceProcess;
  const start = async (): Promise<void> => {
    service = await startServiceProcess({ dataDirectory, port, env });
  };

  beforeAll(async () => {
    dataDirectory = await mkdtemp(join(tmpdir(), 'tickless-service-'));
    port = await freePort();
    await start();
  });
  beforeEach(async () => {
    if (service.hasEnded()) await start();
  });
  afterAll(async () => {
    service.kill('SIGTERM');
    await service.exited;
    await rm(dataDirectory, { recursive: true, force: true });
  });

  return {
    get url() {
      return service.url;
    },
    get exited() {
      return service.exited;
    },
    get dataDirectory() {
      return dataDirectory;
    },
    kill: (signal) => service.kill(signal),
    startAgain: start,
  };
}
