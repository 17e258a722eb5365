import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { AcceptedEvent } from '../../../domain/accepted-event.ts';
import { chunkKey, eventsOf, runsOf, tiersOf, toChunk } from '../../../domain/chunk.ts';
import { acceptRun, beginAttempt, stateOf } from '../../../domain/event-run.ts';
import { TIERS } from '../../../domain/tier.ts';
import { acceptedEvent } from './event-samples.ts';

const callback = { url: 'https://shop.example/hook', headers: {}, progress: false };
const first = acceptedEvent({ id: 'g~0_0', ownId: null, tenant: 'acme', callback });
const second = acceptedEvent({ id: 'g~0_1', tenant: 'acme', tier: 'low', source: null, data: null, urgency: 0.5, acceptedAtMs: 7 });

const anyOwnPart = fc.record<Partial<AcceptedEvent>>({
  id: fc.string(),
  ownId: fc.option(fc.string()),
  run: fc.integer({ min: 1 }),
  source: fc.option(fc.string()),
  subject: fc.option(fc.string()),
  data: fc.jsonValue(),
  tier: fc.constantFrom(...TIERS),
  acceptedAtMs: fc.nat(),
  delayMs: fc.nat(),
  callback: fc.option(fc.constant(callback)),
});

it('gives its events back as they came, also as the engine keeps it', () => {
  fc.assert(
    fc.property(fc.array(anyOwnPart, { minLength: 1, maxLength: 8 }), (parts) => {
      const events = parts.map((part) => acceptedEvent({ tenant: 'acme', ...part }));
      const recorded = JSON.parse(JSON.stringify(toChunk(events)));

      expect(eventsOf(toChunk(events))).toEqual(events);
      expect(eventsOf(recorded)).toEqual(JSON.parse(JSON.stringify(events)));
    }),
  );
});

it('takes along what an event has that nobody here knows of', () => {
  const event = { ...second, addedLater: { at: 1 } };

  expect(eventsOf(toChunk([first, event]))[1]).toEqual(event);
});

it('keeps once what its events have in common', () => {
  const { shared, own } = toChunk([first, second]);

  expect(Object.keys(shared)).toEqual(['type', 'tenant', 'plan']);
  for (const event of own) for (const field of Object.keys(shared)) expect(event).not.toHaveProperty(field);
});

it('has its runs begin, or go on where they were', () => {
  const begun = stateOf(beginAttempt(acceptRun(second), 'meaning'));

  expect(runsOf(toChunk([first, second]))).toEqual([acceptRun(first), acceptRun(second)]);
  expect(runsOf(toChunk([second], [begun]))).toEqual([{ event: second, ...begun }]);
});

it('has at least one event', () => {
  expect(() => toChunk([])).toThrow('a chunk has at least one event');
});

it('has the tiers of its events, the most urgent first', () => {
  const some = fc.array(fc.constantFrom(...TIERS), { minLength: 1 });
  fc.assert(
    fc.property(some, (tiers) => {
      expect(tiersOf(toChunk(tiers.map((tier) => ({ ...first, tier }))))).toEqual(TIERS.filter((tier) => tiers.includes(tier)));
    }),
  );
});

it('is of one tenant and type', () => {
  expect(chunkKey(second)).toBe(chunkKey(first));
  for (const other of [{ tenant: 'default' }, { type: 'other' }] as const) {
    expect(chunkKey({ ...first, ...other })).not.toBe(chunkKey(first));
  }
});
