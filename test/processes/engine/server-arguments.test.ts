import { describe, expect, it } from 'vitest';
import { DYNAMIC_CONFIG } from '../../../engine/dynamic-config.ts';
import { SEARCH_ATTRIBUTES } from '../../../temporal/durable/names.ts';
import { makingArguments, serverArguments, settingArguments } from '../../../engine/server-arguments.ts';
import type { ServerSettings } from '../../../engine/server-arguments.ts';

const settings: ServerSettings = { sync: 'normal', headless: false, namespace: 'default' };
const ports = { server: 7233, ui: 8233 };

describe('serverArguments', () => {
  it('starts the development server on loopback with the database in WAL mode', () => {
    const line = toLine(serverArguments({ settings, ports }));
    expect(line).toMatch(/^server start-dev --db-filename engine\.db --sqlite-pragma journal_mode=WAL --sqlite-pragma synchronous=NORMAL /);
    expect(line).toContain('--ip 127.0.0.1');
    expect(line).toContain('--port 7233 --ui-port 8233');
    expect(line).toContain('--log-level error');
    expect(line).not.toContain('--headless');
    expect(line).not.toContain('--namespace');
  });

  it('syncs every commit when asked to', () => {
    expect(settingArguments({ ...settings, sync: 'full' })).toContain('synchronous=FULL');
  });

  it('leaves the UI out when headless', () => {
    const words = serverArguments({ settings: { ...settings, headless: true }, ports });
    expect(words).toContain('--headless');
    expect(words).not.toContain('--ui-port');
  });

  it('creates a namespace other than the default one', () => {
    expect(toLine(settingArguments({ ...settings, namespace: 'shop' }))).toContain('--namespace shop');
  });

  it('creates the search attributes with the database only, in a journal that leaves nothing beside it', () => {
    const making = toLine(makingArguments({ settings, ports }));
    for (const name of SEARCH_ATTRIBUTES) expect(making).toContain(`--search-attribute ${name}=Keyword`);
    expect(making).toContain('--sqlite-pragma journal_mode=DELETE');
    expect(making).toContain('--port 7233');
    expect(toLine(makingArguments({ settings: { ...settings, namespace: 'shop' }, ports }))).toContain('--namespace shop');
    expect(serverArguments({ settings, ports })).not.toContain('--search-attribute');
  });

  it('tells configurations apart without their ports', () => {
    expect(toLine(settingArguments(settings))).not.toMatch(/port|search-attribute/);
  });
});

describe('DYNAMIC_CONFIG', () => {
  it('reaches the server in full, each value as JSON', () => {
    const line = toLine(settingArguments(settings));
    for (const { key, value } of DYNAMIC_CONFIG) expect(line).toContain(`--dynamic-config-value ${key}=${JSON.stringify(value)}`);
  });

  it('names no key twice and gives a reason for each', () => {
    expect(new Set(DYNAMIC_CONFIG.map(({ key }) => key)).size).toBe(DYNAMIC_CONFIG.length);
    for (const { reason } of DYNAMIC_CONFIG) expect(reason).not.toBe('');
  });
});

function toLine(words: readonly string[]): string {
  return words.join(' ');
}
