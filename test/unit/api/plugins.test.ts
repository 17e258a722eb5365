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

async function statusOf(authenticate: Plugin['authenticate'], headers: Readonly<Record<string, string>>, keys = [KEY]): Promise<string> {
  const plugin: Plugin = {
    name: 'own',
    ...(authenticate && { authenticate }),
    neededScope: (_method, path) => (path === '/sent' ? 'send' : undefined),
  };
  const app = new Hono<AppEnvironment>();
  app.use(
    createAuthenticate(
      keys.map((key) => ({ tenant: 'acme', key, scopes: ['send', 'read'] })),
      [{ plugin, context }],
    ),
  );
  app.all('*', (request) => request.text(request.get('tenant')));
  const answer = await app.request('/sent', { method: 'POST', headers });
  return answer.ok ? answer.text() : String(answer.status);
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
  expect(await statusOf(authenticate, {})).toBe(expected);
});

it("takes a key of its own header before a plugin's, and everybody where there are none", async () => {
  expect(await statusOf(() => ({ key: 'another-key-0123456' }), { 'x-api-key': KEY })).toBe('acme');
  expect(await statusOf(() => null, {}, [])).toBe('default');
  expect(await statusOf(() => 'refuse', {}, [])).toBe('401');
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
