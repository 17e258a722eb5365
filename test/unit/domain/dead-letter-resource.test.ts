import { expect, it } from 'vitest';
import { toDeadLetterResources } from '../../../domain/dead-letter-resource.ts';
import type { CountedDeadLetters } from '../../../domain/dead-letter-resource.ts';

const counted: CountedDeadLetters = {
  digest: 'a',
  kind: 'event',
  type: 'order',
  stage: null,
  code: 'gone',
  message: '',
  count: 1,
  firstAtMs: 0,
  lastAtMs: 1_000,
  example: 'e',
};

it('shows those that died last first, and none of which there is none', () => {
  const shown = toDeadLetterResources([
    { ...counted, digest: 'c' },
    { ...counted, digest: 'b' },
    { ...counted, digest: 'd', lastAtMs: 2_000, firstAtMs: 3_000 },
    { ...counted, digest: 'e', count: 0 },
  ]);
  expect(shown.map(({ cause, firstAt, lastAt }) => [cause, firstAt, lastAt])).toEqual([
    ['d', '1970-01-01T00:00:02.000Z', '1970-01-01T00:00:02.000Z'],
    ['b', '1970-01-01T00:00:00.000Z', '1970-01-01T00:00:01.000Z'],
    ['c', '1970-01-01T00:00:00.000Z', '1970-01-01T00:00:01.000Z'],
  ]);
});

it('has an order of its own where several died last at the same moment', () => {
  const orders = [
    ['b', 'c', 'd'],
    ['d', 'c', 'b'],
    ['c', 'd', 'b'],
  ];
  for (const digests of orders) {
    expect(toDeadLetterResources(digests.map((digest) => ({ ...counted, digest }))).map(({ cause }) => cause)).toEqual(['b', 'c', 'd']);
  }
});
