import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { createClient } from '../../../client/create-client.ts';
import { ensureDashboard } from '../../../deploy/build-dashboard.mjs';
import { startReceiver } from '../../support/receiver.ts';
import { freePort, startServiceProcess } from '../../support/service-process.ts';
import { until } from '../../support/until.ts';
import { findChromium } from './find-chromium.ts';
import { plant } from './planted.ts';

declare module 'vitest' {
  interface ProvidedContext {
    readonly chromium: string;
    /** Of a service that has what `plant` does. */
    readonly serviceUrl: string;
    readonly receiverUrl: string;
  }
}

/** A browser, the built pages, and a service with something to show, for all tests. */
export async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  provide('chromium', findChromium());
  await ensureDashboard();
  const receiver = await startReceiver();
  receiver.respond(({ path }) => (path === '/broken' ? 500 : 200));
  const dataDirectory = await mkdtemp(join(tmpdir(), 'tickless-dashboard-'));
  const service = await startServiceProcess({ dataDirectory, port: await freePort() });
  const stop = async (): Promise<void> => {
    service.kill('SIGTERM');
    await service.exited;
    // What a browser complains of, the service has said more about.
    for (const line of service.output().split('\n')) if (line.includes('"reason"')) process.stderr.write(`${line}\n`);
    await receiver.close();
    await rm(dataDirectory, { recursive: true, force: true });
  };
  try {
    const client = createClient({ url: service.url });
    await plant(client, receiver.url);
    await until('a breaker is open', async () => (await client.destinations.list()).items.some(({ state }) => state === 'open'));
    provide('serviceUrl', service.url);
    provide('receiverUrl', receiver.url);
    return stop;
  } catch (error) {
    await stop();
    throw error;
  }
}
