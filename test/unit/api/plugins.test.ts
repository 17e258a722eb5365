import { Hono } from 'hono';
import { expect, it } from 'vitest';
import type { AppEnvironment } from '../../../api/app.ts';
import { createAuthenticate } from '../../../api/authenticate.ts';
import type { CoreDependencies } from '../../../api/core.ts';
import { installPlugins } from '../../../api/install-plugins.ts';
import type { Plugin } from '../../../api/plugin.ts';
import { startMemoryApp } from './memory-app.ts';

const KEY = 'acme-key-0123456789';
const context = { settings: {}, dataDirectory: '.' };
// No route of these asks for anything.
const none = { events: {}, batches: {} } as CoreDependencies;

type Authenticate = Plugin['authenticate'];

interface Asked {
  readonly headers?: Readonly<Record<string, string>>;
  readonly keys?: readonly string[];
  readonly path?: string;
  readonly neededScope?: Plugin['neededScope'];
}

/** The tenant that a POST is found to be of, or the status that refuses it. */
async function askAs(
  asked: readonly Authenticate[],
  { headers = {}, keys = [KEY], path = '/sent', neededScope }: Asked = {},
): Promise<string> {
  const plugins = asked.map((authenticate, index): Plugin => ({
    name: `plugin-${index}`,
    ...(authenticate && { authenticate }),
    neededScope: neededScope ?? ((_method, of) => (of === '/sent' ? 'send' : undefined)),
  }));
  const app = new Hono<AppEnvironment>();
  app.use(
    createAuthenticate(
      keys.map((key) => ({ tenant: 'acme', key, scopes: ['send', 'read'] })),
      plugins.map((plugin) => ({ plugin, context })),
    ),
  );
  app.all('*', (request) => request.text(request.get('tenant')));
  app.onError((error, request) => request.text(error.message, 500));
  const answer = await app.request(path, { method: 'POST', headers });
  return answer.ok || answer.status === 500 ? answer.text() : String(answer.status);
}

it.each<[string, Plugin['authenticate'], string]>([
  ['nothing', undefined, '401'],
  ['a key that is known', () => ({ key: KEY }), 'acme'],
  ['a key that is not', async () => ({ key: 'another-key-0123456' }), '401'],
  ['a tenant', async () => ({ tenant: 'other' }), 'other'],
  ['a tenant that may not do this', () => ({ tenant: 'other', scopes: ['read'] }), '403'],
  ['that it refuses', () => 'refuse', '401'],
  ['that it cannot tell', () => null, '401'],
])('asks plugins who sends a request: %s', async (_name, authenticate, expected) => {
  expect(await askAs([authenticate])).toBe(expected);
});

it("takes a key of its own header before a plugin's, and everybody where there are none", async () => {
  expect(await askAs([() => ({ key: 'another-key-0123456' })], { headers: { 'x-api-key': KEY } })).toBe('acme');
  expect(await askAs([() => null], { keys: [] })).toBe('default');
  expect(await askAs([() => 'refuse'], { keys: [] })).toBe('401');
});

it('asks all of them: none can let in whom another refuses, or knows better', async () => {
  const key = () => ({ key: 'junk' });
  expect(await askAs([key, () => 'refuse'], { keys: [] })).toBe('401');
  expect(await askAs([key, () => ({ tenant: 'other' })])).toBe('other');
  expect(await askAs([key, () => null], { keys: [] })).toBe('401');
  expect(await askAs([() => ({ tenant: 'first' }), () => ({ tenant: 'second' })])).toBe('first');
});

it.each(['~subject/acme', 'Acme', 'a@b.c', '../..', ''])('takes no tenant "%s" from a plugin, since ids are made of it', async (tenant) => {
  expect(await askAs([() => ({ tenant })])).toBe('the plugin "plugin-0" gives a tenant that is not 1 to 63 of a-z, 0-9 and "-"');
});

it("lets a plugin say what its own routes need, and nothing of the service's", async () => {
  const headers = { 'x-api-key': KEY };
  expect(await askAs([undefined], { headers, path: '/own', neededScope: () => 'admin' })).toBe('403');
  expect(await askAs([undefined], { headers, path: '/own', neededScope: () => 'read' })).toBe('acme');
  expect(await askAs([undefined], { path: '/own', neededScope: () => null })).toBe('');
  expect(await askAs([undefined], { headers, path: '/v1/events/a/cancel', neededScope: () => 'read' })).toBe('403');
  expect(await askAs([undefined], { path: '/livez', neededScope: () => 'admin' })).toBe('');
});

it('adds routes, starts in order, and stops in the other', async () => {
  const memory = startMemoryApp();
  const told: string[] = [];
  const plugin = (name: string): Plugin => ({
    name,
    routes: (app, core) => void app.get(`/${name}`, (request) => request.text(core.dataDirectory)),
    start: async () => {
      told.push(`start ${name}`);
      return () => void told.push(`stop ${name}`);
    },
  });
  const start = await installPlugins(
    memory.app,
    [
      { plugin: plugin('a'), context },
      { plugin: plugin('b'), context },
      { plugin: { name: 'c' }, context },
    ],
    none,
  );
  expect(await (await memory.request('/b')).text()).toBe('.');
  const stop = await start();
  await stop();
  expect(told).toEqual(['start a', 'start b', 'stop b', 'stop a']);
  await memory.stop();
});

it('names the plugin that fails, and stops those that were started', async () => {
  const memory = startMemoryApp();
  const told: string[] = [];
  const first: Plugin = { name: 'first', start: () => () => void told.push('stopped') };
  const fails: Plugin = { name: 'second', start: () => Promise.reject(new Error('no database')) };
  const start = await installPlugins(
    memory.app,
    [first, fails].map((plugin) => ({ plugin, context })),
    none,
  );
  await expect(start()).rejects.toThrow('the plugin "second" can\'t be started: no database');
  expect(told).toEqual(['stopped']);
  const endless: Plugin = { name: 'endless', start: () => () => Promise.reject(new Error('stuck')) };
  const others: Plugin = { name: 'others', start: () => () => void told.push('others stopped') };
  const stop = await (
    await installPlugins(
      memory.app,
      [others, endless].map((plugin) => ({ plugin, context })),
      none,
    )
  )();
  await expect(stop()).rejects.toThrow('could not be stopped: Error: stuck');
  expect(told).toEqual(['stopped', 'others stopped']);
  const routes: Plugin = {
    name: 'third',
    routes: () => {
      throw new Error('taken');
    },
  };
  await expect(installPlugins(memory.app, [{ plugin: routes, context }], none)).rejects.toThrow(
    'the plugin "third" can\'t be started: taken',
  );
  await memory.stop();
});
