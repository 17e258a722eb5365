import { afterEach, expect, it } from 'vitest';
import { z } from 'zod';
import { renderSettings } from '../../../cli/render-settings.ts';
import type { Plugin } from '../../../api/plugin.ts';
import { noteConfigSettings } from '../../../config/value-origin.ts';
import { applySettings } from '../../../project/apply-settings.ts';
import { listSettings } from '../../../project/list-settings.ts';

const shop: Plugin = {
  name: 'shop',
  settings: { SHOP_URL: z.string().default('http://shop'), SHOP_KEY: z.string().optional() },
  secrets: ['SHOP_KEY'],
};

afterEach(() => noteConfigSettings([]));

it('says what holds, and where it comes from', () => {
  const environment: Record<string, string | undefined> = { PORT: '4000', LOG_LEVEL: '', SHOP_KEY: 'k-1', TEMPORAL_ADDRESS: 'engine:7233' };
  applySettings({ settings: { retention: '3d', port: 1 }, plugins: [shop] }, environment);
  const listed = Object.fromEntries(listSettings({ plugins: [shop] }, environment).map(({ name, value, from }) => [name, [value, from]]));
  expect(listed).toMatchObject({
    PORT: ['4000', 'the environment'],
    RETENTION: ['3d', "the config's settings"],
    LOG_LEVEL: ['info', 'default'],
    API_KEYS: [null, 'default'],
    SHOP_URL: ['"http://shop"', 'default'],
    TEMPORAL_ADDRESS: ['engine:7233', 'the environment'],
  });
});

it('shows no secret', () => {
  const environment = { API_KEYS: 'acme:0123456789abcdef', SHOP_KEY: 'k-1', TEMPORAL_API_KEY: 'cloud', TEMPORAL_GRPC_META_TOKEN: 'grpc' };
  const shown = renderSettings(listSettings({ plugins: [shop] }, environment));
  expect(shown).not.toMatch(/0123456789|k-1|cloud|grpc/);
  expect(shown).toMatch(/^API_KEYS +\(secret\) {3}\(the environment\)$/m);
});
