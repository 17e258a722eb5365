import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePort } from '../support/service-process.ts';
import { until } from '../support/until.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const exec = promisify(execFile);
const MAX_MB = 400;

let folder: string;
let app: string;
let service: { readonly process: ChildProcess; readonly url: string } | undefined;

async function run(program: string, words: readonly string[], cwd = app, variables: NodeJS.ProcessEnv = {}): Promise<string> {
  const env = { ...process.env, ...variables };
  const { stdout, stderr } = await exec(program, words, { cwd, env, maxBuffer: 64 * 1024 * 1024 }).catch(
    (error: { stdout: string; stderr: string }) => {
      throw new Error(`${program} ${words.join(' ')} failed:\n${error.stdout}${error.stderr}`);
    },
  );
  return stdout + stderr;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tickless-package-'));
  await run('npm', ['pack', '--pack-destination', folder], root);
  const tarball = (await readdir(folder)).find((name) => name.endsWith('.tgz')) ?? '';
  app = join(folder, 'tool');
  await mkdir(app);
  await writeFile(join(app, 'package.json'), '{ "name": "tool", "private": true }');
  await run('npm', ['install', '--no-audit', '--no-fund', join(folder, tarball)]);
  await run('npx', ['tickless', 'init', join(folder, 'shop')]);
  app = join(folder, 'shop');
  const file = join(app, 'package.json');
  await writeFile(file, (await readFile(file, 'utf8')).replace(/"tickless": "[^"]*"/, `"tickless": "file:../${tarball}"`));
  await run('npm', ['install', '--no-audit', '--no-fund']);
});

afterAll(async () => {
  service?.process.kill('SIGTERM');
  if (service !== undefined && service.process.exitCode === null) await once(service.process, 'exit');
  await rm(folder, { recursive: true, force: true });
});

/** Starts `tickless start`, or `dev`, and waits until it is ready. */
async function start(command: 'start' | 'dev'): Promise<string> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(process.execPath, [join(app, 'node_modules/tickless/cli/tickless.mjs'), command, '--port', String(port)], {
    cwd: app,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  service = { process: child, url };
  await until(
    'it is ready',
    async () => {
      if (child.exitCode !== null) throw new Error(output);
      return (await fetch(`${url}/readyz`).catch(() => null))?.ok;
    },
    120_000,
  );
  return url;
}

async function stop(): Promise<number | null> {
  const ending = service?.process;
  if (ending === undefined) return null;
  const ended = once(ending, 'exit');
  ending.kill('SIGTERM');
  await ended;
  service = undefined;
  return ending.exitCode;
}

async function send(url: string, data: object): Promise<{ readonly status: string; readonly result: { readonly action: unknown } | null }> {
  const response = await fetch(`${url}/v1/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', prefer: 'wait=10' },
    body: JSON.stringify({ type: 'order-approved', data }),
  });
  return (await response.json()) as Awaited<ReturnType<typeof send>>;
}

it('is what those who check packages take for sound', async () => {
  const tarball = (await readdir(folder)).find((name) => name.endsWith('.tgz')) ?? '';
  expect(await run('npx', ['publint', 'run', join(folder, tarball), '--strict'], root)).toMatch(/All good!/);
  await run('npx', ['attw', join(folder, tarball), '--profile', 'esm-only'], root);
});

it('weighs what it may', async () => {
  const [size = ''] = (await run('du', ['-sm', 'node_modules'], join(folder, 'tool'))).split('\t');
  expect(Number(size)).toBeLessThan(MAX_MB);
});

it('has a new project compile, and its test pass', async () => {
  await run('npx', ['tsc', '-p', '.']);
  expect(await run('npm', ['test'])).toMatch(/# fail 0/);
});

it('tells the compiler what an event is, of its config, its services and its client', async () => {
  await writeFile(
    join(app, 'events/typed.ts'),
    `import { defineConfig, defineEvent } from 'tickless';
import { createClient } from 'tickless/client';
import { z } from 'zod';
import type { events } from './index.ts';

declare module 'tickless' {
  interface Services {
    readonly warehouse: { ship(id: string): Promise<string> };
  }
}

export const shipped = defineEvent({
  type: 'shipped',
  data: z.object({ id: z.string() }),
  tier: 'normal',
  meaning: () => ({ known: 1 }),
  // @ts-expect-error -- meaning gives no such field
  decision: (_event, { unknown }) => unknown,
  action: async ({ data }, _decision, { services }) => {
    // @ts-expect-error -- nobody declares it
    services.florist;
    const parcel: string = await services.warehouse.ship(data.id);
    return parcel;
  },
});
// @ts-expect-error -- the warehouse is missing
defineConfig({ events: [shipped], services: () => ({}) });
defineConfig({ events: [shipped], services: () => ({ warehouse: { ship: async (id) => id } }) });

const client = createClient<typeof events>({ url: 'http://127.0.0.1:3000' });
export async function send(): Promise<string | undefined> {
  // @ts-expect-error -- cents is a number
  await client.send('order-approved', { orderId: 'o-1', cents: '5' });
  return (await client.send('order-approved', { orderId: 'o-1', cents: 5 })).result?.action.parcel;
}
`,
  );
  await run('npx', ['tsc', '-p', '.']);
  await rm(join(app, 'events/typed.ts'));
});

it('runs the project, and lends its handlers what the config makes', async () => {
  await writeFile(
    join(app, 'tickless.config.ts'),
    `import { defineConfig } from 'tickless';
import { events } from './events/index.ts';

declare module 'tickless' {
  interface Services {
    readonly prefix: string;
  }
}

export default defineConfig({ events, services: () => ({ prefix: 'made' }), settings: { logLevel: 'warn' } });
`,
  );
  const file = join(app, 'events/order-approved.ts');
  await writeFile(
    file,
    (await readFile(file, 'utf8'))
      .replace('{ idempotencyKey, log }', '{ idempotencyKey, log, services }')
      .replace('`parcel-$', '`${services.prefix}-$'),
  );
  const url = await start('start');

  expect(await send(url, { orderId: 'o-1', cents: 5 })).toMatchObject({
    status: 'completed',
    result: { action: { shipped: true, parcel: 'made-o-1' } },
  });
  expect(await send(url, { orderId: 'o-2', cents: 100_001 })).toMatchObject({ status: 'failed', error: { code: 'needs_approval' } });
  const { items } = (await (await fetch(`${url}/v1/event-types`)).json()) as { readonly items: readonly { readonly type: string }[] };
  expect(items.map(({ type }) => type)).toEqual(['order-approved']);

  // The example of docs/testing.md that needs a service, with the secret that this one has made.
  const page = await readFile(join(root, 'docs/testing.md'), 'utf8');
  const example = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = '']) => code).find((code) => code.includes('createReceiver'));
  await writeFile(join(app, 'test/callback.test.ts'), example ?? '');
  await run('npx', ['tsc', '-p', '.']);
  const words = ['--import', 'tsx', '--test', 'test/callback.test.ts'];
  expect(await run(process.execPath, words, app, { TICKLESS_URL: url })).toMatch(/pass 1/);
  await rm(join(app, 'test/callback.test.ts'));
  expect(await stop()).toBe(0);
});

it('is at work again with what has changed, and has lost nothing', async () => {
  const url = await start('dev');
  const before = await send(url, { orderId: 'o-3', cents: 5 });
  expect(before.status).toBe('completed');
  const file = join(app, 'events/order-approved.ts');
  await writeFile(file, (await readFile(file, 'utf8')).replace('${services.prefix}-$', 'changed-$'));

  await until('the change is there', async () => {
    const sent = await send(url, { orderId: 'o-4', cents: 5 }).catch(() => null);
    return JSON.stringify(sent?.result?.action ?? null).includes('changed-o-4');
  });
  const { items } = (await (await fetch(`${url}/v1/events?status=completed`)).json()) as { readonly items: readonly unknown[] };
  expect(items.length).toBeGreaterThan(2);
  expect(await stop()).toBe(0);
});

it('says in a sentence what keeps it from starting', async () => {
  const fault = async (words: readonly string[], cwd: string): Promise<string> =>
    run(process.execPath, [join(app, 'node_modules/tickless/cli/tickless.mjs'), ...words], cwd).then(
      () => '',
      (error: Error) => error.message,
    );
  expect(await fault(['start'], folder)).toMatch(/error: there is no tickless.config.ts in ".*"; "npx tickless init" writes a project/);
  expect(await fault(['start', '--config', 'nowhere.ts'], app)).toMatch(/error: there is no config ".*nowhere.ts" \(--config\)/);
  expect(await fault(['init', app], folder)).toMatch(/error: ".*shop" has ".*" in it already/);
  await writeFile(join(app, 'broken.ts'), 'export default {');
  expect(await fault(['start', '--config', 'broken.ts'], app)).toMatch(/error: ".*broken.ts" can't be compiled/);
});
