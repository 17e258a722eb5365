import { expect, it } from 'vitest';
import { eventsOf, groupKey, toGroup } from '../../../domain/group.ts';
import { acceptedEvent } from './event-samples.ts';

const callback = { url: 'https://shop.example/hook', headers: {}, progress: false };
const first = acceptedEvent({ id: 'e~1', ownId: null, tenant: 'acme', callback });
const second = acceptedEvent({ id: 'e~2', ownId: null, tenant: 'acme', source: null, data: null, urgency: 0.5, acceptedAtMs: 7 });

it('gives its members back as they came, but for ids that say where they live', () => {
  expect(eventsOf(toGroup('g~0', first, [second]))).toEqual([
    { ...first, id: 'g~0_0' },
    { ...second, id: 'g~0_1' },
  ]);
});

it('keeps once what they have in common', () => {
  const { members } = toGroup('g~0', first, [second]);
  expect(Object.keys(members[0] ?? {}).sort()).toEqual(['acceptedAtMs', 'callback', 'data', 'source', 'time', 'urgency']);
});

it('is of one tenant, type and tier', () => {
  expect(groupKey(second)).toBe(groupKey(first));
  for (const other of [{ tenant: 'default' }, { type: 'other' }, { tier: 'low' }] as const) {
    expect(groupKey({ ...first, ...other })).not.toBe(groupKey(first));
  }
});
