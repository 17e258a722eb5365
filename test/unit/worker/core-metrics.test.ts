import { createServer } from 'node:http';
import { afterAll, expect, it } from 'vitest';
import { coreMetrics, readCoreMetrics } from '../../../worker/core-metrics.ts';

const server = createServer((request, response) => response.end(request.url === '/metrics' ? 'temporal_up 1\n' : ''));
afterAll(() => server.close());

it('is nothing before the SDK shows its metrics, or where it does not answer, and then what it says', async () => {
  expect(await readCoreMetrics()).toBe('');
  const config = await coreMetrics();
  expect(await readCoreMetrics()).toBe('');
  const { prometheus } = config as { readonly prometheus: { readonly bindAddress: string } };
  const [host = '', port = ''] = prometheus.bindAddress.split(':');
  await new Promise<void>((resolve) => server.listen(Number(port), host, resolve));
  expect([host, await readCoreMetrics()]).toEqual(['127.0.0.1', 'temporal_up 1\n']);
});
