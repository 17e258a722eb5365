import { TIERS } from './tiers.ts';

const MAX = 10_000;

/** Parses `critical:2,high:1`, or `2`, which is all for critical work; undefined if the text isn't such a list. */
export function parseReserved(text: string): Readonly<Record<string, number>> | undefined {
  if (/^\d+$/.test(text.trim())) return parseReserved(`critical:${text.trim()}`);
  const reserved: Record<string, number> = {};
  for (const entry of text.split(',')) {
    const [tier = '', count = ''] = entry.trim().split(':');
    if (!TIERS.includes(tier) || !/^\d{1,5}$/.test(count) || Number(count) > MAX) return undefined;
    reserved[tier] = Number(count);
  }
  return reserved;
}
