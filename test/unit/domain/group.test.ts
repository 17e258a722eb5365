import fc from 'fast-check';
import { expect, it } from 'vitest';
import { eventsOf, groupKey, groupTiers, tiersWith, toGroup } from '../../../domain/group.ts';
import { TIERS } from '../../../domain/tier.ts';
import { acceptedEvent } from './event-samples.ts';

const callback = { url: 'https://shop.example/hook', headers: {}, progress: false };
const first = acceptedEvent({ id: 'e~1', ownId: null, tenant: 'acme', callback });
const second = acceptedEvent({
  id: 'e~2',
  ownId: null,
  tenant: 'acme',
  tier: 'low',
  source: null,
  data: null,
  urgency: 0.5,
  acceptedAtMs: 7,
});

it('gives its members back as they came, but for ids that say where they live', () => {
  expect(eventsOf(toGroup('g~0', first, [second]))).toEqual([
    { ...first, id: 'g~0_0' },
    { ...second, id: 'g~0_1' },
  ]);
});

it('keeps once what they have in common', () => {
  const { members } = toGroup('g~0', first, [second]);
  expect(Object.keys(members[0] ?? {}).sort()).toEqual(['acceptedAtMs', 'callback', 'data', 'source', 'tier', 'time', 'urgency']);
});

it('has the tier of its most urgent member, and is named after all that there are', () => {
  const mixed = toGroup('g~0', second, [first, second]);
  expect([mixed.common.tier, groupTiers(mixed)]).toEqual([first.tier, `${first.tier}+low`]);
  const alike = toGroup('g~0', second, [second]);
  expect([alike.common.tier, groupTiers(alike)]).toEqual(['low', 'low']);
});

it('is found by each of its tiers, and by no other', () => {
  const some = fc.subarray([...TIERS], { minLength: 1 });
  fc.assert(
    fc.property(some, (tiers) => {
      const [one = first, ...others] = tiers.map((tier) => ({ ...first, tier }));
      const name = groupTiers(toGroup('g~0', one, others));
      expect(TIERS.filter((tier) => tiersWith(tier).includes(name))).toEqual(TIERS.filter((tier) => tiers.includes(tier)));
    }),
  );
  expect(tiersWith('low')).toHaveLength(16);
});

it('gives its own tier to members from before they had one', () => {
  const { members, ...group } = toGroup('g~0', first, [first]);
  const old = { ...group, members: members.map(({ tier: _later, ...member }) => member) };
  expect(eventsOf(old).map(({ tier }) => tier)).toEqual([first.tier, first.tier]);
  expect(groupTiers(old)).toBe(first.tier);
});

it('is of one tenant and type', () => {
  expect(groupKey(second)).toBe(groupKey(first));
  for (const other of [{ tenant: 'default' }, { type: 'other' }] as const) {
    expect(groupKey({ ...first, ...other })).not.toBe(groupKey(first));
  }
});
