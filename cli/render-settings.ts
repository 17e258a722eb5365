import type { ListedSetting } from '../project/list-settings.ts';

/** A line for each: its variable, what holds, and where that comes from. */
export function renderSettings(settings: readonly ListedSetting[]): string {
  const width = Math.max(...settings.map(({ name }) => name.length));
  return settings
    .map(({ name, value, from }) => `${name.padEnd(width)}  ${value ?? '-'}${from === 'default' ? '' : `   (${from})`}\n`)
    .join('');
}
