import { expect, it } from 'vitest';
import { parseEnvironment } from '../../../config/environment.ts';
import { parseLongestWaits } from '../../../config/longest-waits.ts';

it('reads how long each tier waits at most', () => {
  expect(parseLongestWaits('high:10s, normal:60s,low:never')).toEqual({ high: 10_000, normal: 60_000, low: null });
});

it.each(['high', 'high:soon', 'highest:10s', 'high:10s,,low:5m'])('refuses "%s"', (text) => {
  expect(parseLongestWaits(text)).toBeUndefined();
});

it('names a faulty list, a faulty rate limit and an unreadable key file together', () => {
  const read = () => parseEnvironment({ LONGEST_WAITS: 'high', RATE_LIMIT: 'many', API_KEYS: '/nowhere/keys' });

  expect(read).toThrow(/LONGEST_WAITS: .*\n.*RATE_LIMIT: |RATE_LIMIT: .*\n.*LONGEST_WAITS: /s);
  expect(read).toThrow(/API_KEYS: the file "\/nowhere\/keys" can't be read/);
});
