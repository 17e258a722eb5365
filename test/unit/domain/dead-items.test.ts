import { expect, it } from 'vitest';
import { countDeadItems } from '../../../domain/dead-items.ts';
import { causeDigest } from '../../../domain/dead-letter.ts';
import type { Cause } from '../../../domain/dead-letter.ts';

const gone: Cause = { kind: 'item', tenant: 'acme', type: 'order', stage: 'action', code: 'gone:for:good', message: '' };
const batches = [
  { batch: 'b-1', endedAtMs: 10, failures: { 'order:action:gone:for:good': { count: 2, example: 3 } } },
  {
    batch: 'b-2',
    endedAtMs: 20,
    failures: { 'order:action:gone:for:good': { count: 1, example: 0 }, 'order:none:invalid_event': { count: 4, example: 1 } },
  },
  {
    batch: 'b-3',
    endedAtMs: 30,
    failures: { terminated: { count: 5, example: 2 }, 'tickless~order:action:not_found': { count: 1, example: 0 } },
  },
];

it('adds up what batches have failed of, those of the last batch first', () => {
  expect(countDeadItems('acme', batches, () => 0)).toMatchObject([
    { type: '', stage: null, code: 'terminated', count: 5, example: 'b-3_2', batches: ['b-3'] },
    {
      digest: causeDigest(gone),
      type: 'order',
      stage: 'action',
      code: 'gone:for:good',
      count: 3,
      firstAtMs: 10,
      lastAtMs: 20,
      example: 'b-2_0',
      batches: ['b-2', 'b-1'],
    },
    { type: 'order', stage: null, code: 'invalid_event', count: 4, firstAtMs: 20, lastAtMs: 20, batches: ['b-2'] },
  ]);
});

it('leaves out what was put aside', () => {
  const left = countDeadItems('acme', batches, (digest) => (digest === causeDigest(gone) ? 10 : 0));
  expect(left.find(({ digest }) => digest === causeDigest(gone))).toMatchObject({ count: 1, batches: ['b-2'] });
});
