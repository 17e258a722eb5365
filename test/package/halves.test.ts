import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { run } from './support/run.ts';
import { startTickless } from './support/start-tickless.ts';
import type { Service } from './support/start-tickless.ts';

const folder = join(inject('installation').folder, 'halves');
const config = join(folder, 'halves.config.mjs');
const program = join(folder, 'halves.mjs');
let service: Service;

beforeAll(async () => {
  await mkdir(folder);
  await writeFile(
    config,
    `import { defineConfig, defineEvent } from 'tickless';
import { z } from 'zod';

const halved = defineEvent({ type: 'halved', data: z.object({ n: z.number() }), tier: 'normal', handler: ({ data }) => data.n / 2 });
export default defineConfig({ events: [halved], settings: { logLevel: 'warn' } });
`,
  );
  await writeFile(
    program,
    `import { createTickless } from 'tickless/server';
import config from './halves.config.mjs';

const options = { configFile: 'halves.config.mjs' };
const [api, worker] = [createTickless(config, options), createTickless(config, options)];
await Promise.all([api.startApi(), worker.startWorker()]);
const answer = await api.fetch(
  new Request(api.url + '/v1/events', {
    method: 'POST',
    headers: { 'content-type': 'application/json', prefer: 'wait=30' },
    body: JSON.stringify({ type: 'halved', data: { n: 42 } }),
  }),
);
const { status, result } = await answer.json();
const twice = await api.startApi().catch(({ message }) => message);
let address;
try {
  address = worker.url;
} catch ({ message }) {
  address = message;
}
await Promise.all([api.stop(), worker.stop()]);
console.log(JSON.stringify({ status, action: result?.action, twice, address }));
`,
  );
  // For its engine: a cluster has one of its own.
  service = await startTickless({ folder, words: ['--config', 'halves.config.mjs'] });
});

afterAll(async () => {
  await service.end();
  await rm(folder, { recursive: true, force: true });
});

it('starts the two halves of a service from a program, for an engine that is there, and stops them', async () => {
  const { engine } = (await (await fetch(`${service.url}/readyz?verbose`)).json()) as { readonly engine: { readonly address: string } };
  const env = {
    ...process.env,
    PORT: '0',
    TEMPORAL_ADDRESS: engine.address,
    WEBHOOK_SECRETS: `whsec_${Buffer.alloc(32, 'halves').toString('base64')}`,
  };
  const said = await run(process.execPath, [program], { cwd: folder, env });
  expect(JSON.parse(said.trim().split('\n').at(-1) ?? '')).toEqual({
    status: 'completed',
    action: 21,
    twice: 'the service is started already',
    address: 'a worker alone has no address',
  });
});

it('says which settings hold, and where each comes from', async () => {
  const said = await run('npx', ['tickless', 'config', '--config', 'halves.config.mjs'], {
    cwd: folder,
    env: { ...process.env, MAX_CONCURRENT_TASKS: '7', API_KEYS: 'acme:0123456789abcdef' },
  });
  expect(said).toMatch(/^MAX_CONCURRENT_TASKS +7 {3}\(the environment\)$/m);
  expect(said).toMatch(/^LOG_LEVEL +warn {3}\(the config's settings\)$/m);
  expect(said).toMatch(/^RETENTION +7d$/m);
  expect(said).toMatch(/^API_KEYS +\(secret\) {3}\(the environment\)$/m);
});
