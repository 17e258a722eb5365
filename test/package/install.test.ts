import { existsSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, inject, it } from 'vitest';
import { until } from '../support/until.ts';
import { run } from './support/run.ts';
import { startTickless } from './support/start-tickless.ts';
import type { Service } from './support/start-tickless.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const MAX_MB = 400;
const MAX_DASHBOARD_BYTES = 250_000;

const { tarball, said, saidOfProjects, megabytes, projects } = inject('installation');
const app = projects.shop;
let service: Service | undefined;

afterAll(() => service?.end());

async function start(command: 'start' | 'dev'): Promise<string> {
  service = await startTickless({ folder: app, command });
  return service.url;
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
  expect(await run('npx', ['publint', 'run', tarball, '--strict'], { cwd: root })).toMatch(/All good!/);
  await run('npx', ['attw', tarball, '--profile', 'esm-only'], { cwd: root });
});

it('weighs what it may', () => {
  expect(megabytes).toBeLessThan(MAX_MB);
});

it('has the files of the dashboard, as large as a first visit may ask for, and nothing that they are built from', async () => {
  const folder = join(app, '../node_modules/tickless/dist/dashboard');
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const packed = await Promise.all(files.map(async ({ parentPath, name }) => gzipSync(await readFile(join(parentPath, name))).length));
  expect(files.map(({ name }) => name)).toContain('index.html');
  expect(packed.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(MAX_DASHBOARD_BYTES);
  for (const name of ['react', 'vite', 'uplot']) expect(existsSync(join(app, '../node_modules', name))).toBe(false);
});

it('has npm warn of nothing but install scripts, and of none in a project', () => {
  const scripts = [...said.matchAll(/^npm warn install-scripts {3}(\S+)@\S+ \(/gm)].map(([, name]) => name);
  // The first two come with the SDK; npm 11.19 warns of scripts, 11.6 did not. None is needed: a project says so.
  expect(['@swc/core', 'protobufjs', 'esbuild']).toEqual(expect.arrayContaining(scripts));
  expect(warningsOf(said).filter((line) => !line.startsWith('npm warn install-scripts'))).toEqual([]);
  expect(warningsOf(saidOfProjects)).toEqual([]);
});

/** But for those about the settings of whoever runs this. */
function warningsOf(text: string): readonly string[] {
  return text.split('\n').filter((line) => /^npm warn(?! Unknown (user|env|project) config)/i.test(line));
}

it('has a new project compile, and its test pass', async () => {
  await run('npx', ['tsc', '-p', '.'], { cwd: app });
  expect(await run('npm', ['test'], { cwd: app })).toMatch(/# fail 0/);
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
  await run('npx', ['tsc', '-p', '.'], { cwd: app });
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
  await run('npx', ['tsc', '-p', '.'], { cwd: app });
  const words = ['--import', 'tsx', '--test', 'test/callback.test.ts'];
  expect(await run(process.execPath, words, { cwd: app, env: { ...process.env, TICKLESS_URL: url } })).toMatch(/pass 1/);
  await rm(join(app, 'test/callback.test.ts'));
  expect(await service?.end()).toBe(0);
});

it('is at work again with what has changed, and has lost nothing', async () => {
  const url = await start('dev');
  const before = await send(url, { orderId: 'o-3', cents: 5 });
  expect(before.status).toBe('completed');
  const file = join(app, 'events/order-approved.ts');
  const change = async (from: string, to: string): Promise<void> => {
    await writeFile(file, (await readFile(file, 'utf8')).replace(`${from}-$`, `${to}-$`));
    await until('the change is there', async () => {
      const sent = await send(url, { orderId: 'o-4', cents: 5 }).catch(() => null);
      return JSON.stringify(sent?.result?.action ?? null).includes(`${to}-o-4`);
    });
  };
  await change('${services.prefix}', 'changed');
  const processes = await until('the next process stands by', async () => {
    const found =
      (await run('ps', ['-o', 'pid=,args=', '--ppid', String(service?.pid)], { cwd: app })).match(/^ *\d+.*dev-process/gm) ?? [];
    return found.length === 2 ? found.map((line) => Number.parseInt(line, 10)) : null;
  });
  await change('changed', 'changed-again');
  await until('what was done before and after is listed', async () => {
    const { items } = (await (await fetch(`${url}/v1/events?status=completed`)).json()) as { readonly items: readonly unknown[] };
    return items.length > 2;
  });

  await service?.end('SIGKILL');
  await until('nothing of it is left', async () => processes.every((pid) => !existsSync(`/proc/${pid}`)) && !(await isThere(url)));
});

function isThere(url: string): Promise<boolean> {
  return fetch(`${url}/livez`).then(
    () => true,
    () => false,
  );
}
