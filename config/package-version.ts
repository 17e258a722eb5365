import { readFileSync } from 'node:fs';

/** Of the package that this is, installed or in a clone. */
export function packageVersion(): string {
  for (const place of ['../package.json', '../../package.json']) {
    try {
      const { name, version } = JSON.parse(readFileSync(new URL(place, import.meta.url), 'utf8')) as { name?: string; version?: string };
      if (name === 'tickless' && version !== undefined) return version;
    } catch {
      // It is in one of the two: a compiled tree is a folder deeper.
    }
  }
  throw new Error('the package.json of tickless is not where it should be');
}
