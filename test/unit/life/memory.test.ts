import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { forgetMemories, isForgettingDue, remember } from '../../../events/life/rules/memory.ts';
import type { MemoryEntry } from '../../../events/life/rules/memory.ts';
import { memoryEntry, numberWithin } from './life-samples.ts';

const msPerDay = 86_400_000;

describe('remembering', () => {
  it('appends the entry at the end', () => {
    const first = memoryEntry({ eventType: 'joy' });
    const second = memoryEntry({ eventType: 'fear' });

    expect(remember([first], second)).toEqual([first, second]);
  });

  it('drops entries below a weight of 0.1', () => {
    const faded = memoryEntry({ weight: 0.0999 });
    const faint = memoryEntry({ weight: 0.1 });
    const fresh = memoryEntry();

    expect(remember([faded, faint], fresh)).toEqual([faint, fresh]);
  });

  it('keeps 50 entries and evicts the 51st', () => {
    const fifty = filledMemory(50);

    expect(remember(filledMemory(49), memoryEntry())).toHaveLength(50);
    expect(remember(fifty, memoryEntry())).toHaveLength(50);
  });

  it('evicts the lowest weight first', () => {
    const memory = filledMemory(50).with(30, memoryEntry({ weight: 0.5 }));

    const remembered = remember(memory, memoryEntry({ timestampMs: 99 }));

    expect(remembered.map(({ timestampMs }) => timestampMs)).toEqual([
      ...memory.filter(({ weight }) => weight === 1).map(({ timestampMs }) => timestampMs),
      99,
    ]);
  });

  it('evicts the oldest among equal weights, also when it came late', () => {
    const memory = filledMemory(50).with(30, memoryEntry({ timestampMs: -5 }));

    const remembered = remember(memory, memoryEntry({ timestampMs: 99 }));

    expect(remembered.map(({ timestampMs }) => timestampMs)).not.toContain(-5);
    expect(remembered).toHaveLength(50);
  });

  it('evicts the first appended among entries of equal weight and time', () => {
    const memory = Array.from({ length: 50 }, (_, index) => memoryEntry({ eventType: `type-${index}` }));

    const remembered = remember(memory, memoryEntry({ eventType: 'newest' }));

    expect(remembered[0]?.eventType).toBe('type-1');
    expect(remembered.at(-1)?.eventType).toBe('newest');
  });

  it('never holds more than 50 entries', () => {
    const anyEntry = fc.record({ weight: numberWithin(0, 1), timestampMs: fc.nat() }).map((fields) => memoryEntry(fields));
    fc.assert(
      fc.property(fc.array(anyEntry, { maxLength: 70 }), anyEntry, (memory, entry) => {
        const remembered = remember(memory, entry);

        expect(remembered.length).toBeLessThanOrEqual(50);
        expect(remembered.every(({ weight }) => weight >= 0.1)).toBe(true);
      }),
    );
  });
});

describe('forgetting', () => {
  it.each([
    [1, 0, 0.99],
    [0, 0, 0.495],
    [0.5, 0, 0.7425],
    [1, 1, 0.495],
    [1, 3, 0.2475],
  ])('of significance %s after %s days leaves %s of the weight', (significance, days, left) => {
    const entry = memoryEntry({ significance, timestampMs: 1000 });

    const [forgotten] = forgetMemories([entry], 1000 + days * msPerDay);

    expect(forgotten?.weight).toBeCloseTo(left, 12);
    expect(forgotten).toEqual({ ...entry, weight: forgotten?.weight });
  });

  it('counts an entry from the future as new', () => {
    const [forgotten] = forgetMemories([memoryEntry({ significance: 1, timestampMs: 500 })], 0);

    expect(forgotten?.weight).toBeCloseTo(0.99, 12);
  });

  it('drops nothing by itself', () => {
    const faint = memoryEntry({ weight: 0.1, significance: 0 });

    expect(forgetMemories([faint], 0)).toHaveLength(1);
    expect(remember(forgetMemories([faint], 0), memoryEntry())).toHaveLength(1);
  });

  it('is due every 10 ticks', () => {
    const ticks = Array.from({ length: 31 }, (_, tick) => tick);

    expect(ticks.filter(isForgettingDue)).toEqual([10, 20, 30]);
  });
});

/** Entries of weight 1, each 1 ms younger than the one before. */
function filledMemory(count: number): MemoryEntry[] {
  return Array.from({ length: count }, (_, index) => memoryEntry({ timestampMs: index }));
}
