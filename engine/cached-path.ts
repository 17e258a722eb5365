import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { PINNED_VERSION } from './version.ts';

/** Where an installed executable is kept: per user, not per checkout. A relative `XDG_CACHE_HOME` doesn't count, as its specification says. */
export function cachedPath(cacheHome: string | undefined): string {
  const root = cacheHome !== undefined && isAbsolute(cacheHome) ? cacheHome : join(homedir(), '.cache');
  return join(root, 'tickless', `temporal-cli-${PINNED_VERSION.cli}`, 'temporal');
}
