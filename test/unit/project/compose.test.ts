import { expect, it } from 'vitest';
import { z } from 'zod';
import type { Plugin } from '../../../api/plugin.ts';
import { defineEvent } from '../../../domain/define-event.ts';
import { compose } from '../../../project/compose.ts';
import { definitionsOf } from '../../../project/check-config.ts';
import { defineConfig } from '../../../project/define-config.ts';
import { makeServices } from '../../../project/make-services.ts';

const typeOf = (type: string) => defineEvent({ type, data: z.unknown(), tier: 'normal', handler: () => null });
const [own, others] = [typeOf('own'), typeOf('others')];

interface Settings {
  readonly SHOP_URL: string | undefined;
  readonly SHOP_KEY: string;
}

function shop(parts: Partial<Plugin<Settings>> = {}): Plugin<Settings> {
  return {
    name: 'shop',
    events: [others],
    otherTypes: 'others',
    settings: { SHOP_URL: z.url().optional(), SHOP_KEY: z.string().min(3).default('none') },
    secrets: ['SHOP_KEY'],
    ...parts,
  };
}

it("has a plugin's types after the project's, its settings, and its formats", async () => {
  const config = defineConfig({
    events: [own],
    plugins: [shop({ callbackFormats: ({ settings }) => ({ flat: async () => settings.SHOP_KEY }) })],
  });
  const { catalog, plugins, callbackFormats, otherTypes, environment } = compose(config, {
    SHOP_KEY: 'k-1',
    PORT: '4',
    TICKLESS_DATA: '/data',
  });
  expect(definitionsOf(config)).toEqual([own, others]);
  expect(catalog.find('others')).toBe(others);
  expect(environment.PORT).toBe(4);
  expect(plugins.map(({ context }) => context)).toEqual([{ settings: { SHOP_KEY: 'k-1' }, dataDirectory: '/data' }]);
  expect(otherTypes).toBeNull();
  expect([...callbackFormats.keys()]).toEqual(['flat']);
});

it('takes types that nobody knows for that of the plugin that the environment names', () => {
  const config = { events: [own], plugins: [shop()] };
  expect(compose(config, { UNKNOWN_TYPES: 'shop' }).otherTypes).toBe(others);
  expect(() => compose(config, { UNKNOWN_TYPES: 'life' })).toThrow('UNKNOWN_TYPES: "life" is none of reject, shop');
  expect(() => compose({ events: [own] }, { UNKNOWN_TYPES: 'shop' })).toThrow('"shop" is none of reject');
});

it('names every faulty variable at once, but never what may be a secret', () => {
  const read = () => compose({ events: [own], plugins: [shop()] }, { PORT: 'abc', SHOP_URL: 'here', SHOP_KEY: 'k' });
  expect(read).toThrow(/PORT: .*"abc"[^]*SHOP_URL: .*"here"[^]*SHOP_KEY: /);
  expect(read).not.toThrow(/"k"/);
});

it.each<[string, unknown]>([
  ['there are two plugins of the name "shop"', [shop(), shop({ events: [typeOf('more')], otherTypes: 'more' })]],
  ['the plugin "shop" has no event type "nothing" (otherTypes)', [shop({ otherTypes: 'nothing' })]],
  ['a plugin is an object: plugins: [life()], not plugins: [life]', [shop]],
  ['a plugin is an object', [undefined]],
  ['a plugin has no name', [{ events: [others] }]],
  ['the plugin "shop" has the field "setings"; there are name, events', [{ ...shop(), setings: {} }]],
  ['the plugin "shop" calls "SHOP_KAY" a secret, which is none of its settings', [shop({ secrets: ['SHOP_KAY'] })]],
  ['event type "own" is defined twice', [shop({ events: [own], otherTypes: 'own' })]],
  ['entry 1 of the events of the plugin "shop" has no event type', [shop({ events: [{}], otherTypes: 'others' })]],
])('refuses plugins: %s', (message, plugins) => {
  expect(() => compose({ events: [own], plugins: plugins as readonly Plugin[] }, {})).toThrow(message);
});

it('lends handlers what the config and its plugins make, and disposes of all of it', async () => {
  const disposed: string[] = [];
  const made = (name: string, value: object) => ({ ...value, dispose: () => void disposed.push(name) });
  const config = {
    services: () => made('own', { warehouse: 'w' }) as never,
    plugins: [shop({ services: async ({ SHOP_KEY }) => made('shop', { shop: SHOP_KEY }) })],
  };
  const { services, dispose } = await makeServices(config, { SHOP_KEY: 'key' });
  expect(services).toEqual({ warehouse: 'w', shop: 'key' });
  await dispose();
  expect(disposed).toEqual(['shop', 'own']);
});

it('refuses what two of them would have', async () => {
  const format = { callbackFormats: () => ({ flat: async () => '' }) };
  const other = { name: 'other', ...format };
  expect(() => compose({ events: [own], plugins: [shop(format), other] }, {})).toThrow(
    'the plugin "other" has a callback format "flat", which another has, too',
  );
  const ours = shop({ callbackFormats: () => ({ cloudevents: async () => '' }) });
  expect(() => compose({ events: [own], plugins: [ours] }, {})).toThrow(`a callback format "cloudevents", which is the service's own`);
  expect(() => compose({ events: [own], plugins: [{ name: 'other', settings: { PORT: z.string() } }] }, {})).toThrow(
    "a setting PORT, which is one of the service's own",
  );
  const services = () => ({ shop: 1 }) as never;
  await expect(makeServices({ services, plugins: [shop({ services })] }, {})).rejects.toThrow(
    'the services of the plugin "shop" make "shop", which another has made, too',
  );
});

it('never says a secret of another plugin with the same variable', () => {
  const other: Plugin = { name: 'other', settings: { SHOP_KEY: z.string().min(9) } };
  expect(() => compose({ events: [own], plugins: [other, shop()] }, { SHOP_KEY: 'hunter2' })).toThrow(/^(?![^]*hunter2)[^]*SHOP_KEY/);
});

it("says whose services can't be made, and disposes of what was", async () => {
  let isDisposed = false;
  const config = {
    services: () => ({ dispose: () => void (isDisposed = true) }) as never,
    plugins: [shop({ services: () => Promise.reject(new Error('no database')) })],
  };
  await expect(makeServices(config, {})).rejects.toThrow('the services of the plugin "shop" can\'t be made: no database');
  expect(isDisposed).toBe(true);
});
