import { once } from 'node:events';
import { createServer } from 'node:net';
import type { MetricsExporterConfig } from '@temporalio/worker';

const HOST = '127.0.0.1';
const READ_TIMEOUT_MS = 2_000;

// There is one runtime of the SDK a process.
let address: string | null = null;

/** How the SDK's core is to show its metrics: to this machine alone, on a port that is free, from which `readCoreMetrics` has them. */
export async function coreMetrics(): Promise<MetricsExporterConfig> {
  address = `${HOST}:${await freePort()}`;
  return { prometheus: { bindAddress: address, countersTotalSuffix: true, unitSuffix: true, useSecondsForDurations: true } };
}

/** The SDK's own metrics as Prometheus reads them; nothing where it shows none, or doesn't answer. */
export async function readCoreMetrics(): Promise<string> {
  if (address === null) return '';
  const answer = await fetch(`http://${address}/metrics`, { signal: AbortSignal.timeout(READ_TIMEOUT_MS) }).catch(() => null);
  return answer?.ok ? answer.text() : '';
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, HOST);
  await once(server, 'listening');
  const bound = server.address();
  server.close();
  await once(server, 'close');
  if (bound === null || typeof bound === 'string') throw new Error('a TCP listener has no port');
  return bound.port;
}
