import { parseDurationMs } from './durations.ts';
import { TIERS } from './tiers.ts';

/**
 * Parses `high:10s,normal:60s,low:5m`: how long work of a tier waits for a permit at most before it goes first; `never` for
 * never. Undefined if the text isn't such a list.
 */
export function parseLongestWaits(text: string): Readonly<Record<string, number | null>> | undefined {
  const waits: Record<string, number | null> = {};
  for (const entry of text.split(',')) {
    const [tier = '', wait = ''] = entry.trim().split(':');
    const waitMs = wait === 'never' ? null : parseDurationMs(wait);
    if (!TIERS.includes(tier) || waitMs === undefined) return undefined;
    waits[tier] = waitMs;
  }
  return waits;
}
