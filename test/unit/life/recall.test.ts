import { describe, expect, it } from 'vitest';
import { recall } from '../../../events/life/rules/recall.ts';
import { memoryEntry } from './life-samples.ts';

describe('recalling a type of event', () => {
  it('finds nothing in an empty memory', () => {
    expect(recall([], 'joy', 1)).toEqual({
      weightedSignificance: 0,
      largestSignificance: 0,
      isConcentrated: false,
    });
  });

  it('takes entries of the same type only', () => {
    const memory = [
      memoryEntry({ eventType: 'fear', significance: 0.9 }),
      memoryEntry({ eventType: 'action', significance: 0 }),
      memoryEntry({ eventType: 'joy', significance: 0.25 }),
    ];

    expect(recall(memory, 'joy', 1)).toMatchObject({
      weightedSignificance: 0.25,
      largestSignificance: 0.25,
    });
  });

  it.each([
    [0.89, 2],
    [0.9, 2],
    [0.91, 3],
    [1, 3],
    [1.09, 3],
    [1.1, 5],
    [1.2, 5],
  ])('at a ratio of %s keeps the %s most significant entries', (ratio, count) => {
    const significances = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6];
    const kept = significances.toReversed().slice(0, count);

    const { weightedSignificance, largestSignificance } = recallSignificances(significances, ratio);

    expect(largestSignificance).toBe(0.6);
    expect(weightedSignificance).toBeCloseTo(kept.reduce((a, b) => a + b) / count, 12);
  });

  it('weighs the significances', () => {
    const memory = [
      memoryEntry({ eventType: 'joy', significance: 0.8, weight: 0.25 }),
      memoryEntry({ eventType: 'joy', significance: 0.4, weight: 0.75 }),
    ];

    expect(recall(memory, 'joy', 1).weightedSignificance).toBeCloseTo(0.5, 12);
  });

  it('keeps the first of equally significant entries', () => {
    const memory = [1, 1, 1, 0.2].map((weight, index) => memoryEntry({ eventType: 'joy', significance: index === 0 ? 1 : 0.5, weight }));

    expect(recall(memory, 'joy', 1).weightedSignificance).toBeCloseTo(2 / 3, 12);
  });

  it('takes the plain mean when no entry has weight left', () => {
    const memory = [0.2, 0.6].map((significance) => memoryEntry({ eventType: 'joy', significance, weight: 0 }));

    expect(recall(memory, 'joy', 1).weightedSignificance).toBeCloseTo(0.4, 12);
  });

  it.each([
    [[0.75, 0.45], true, 'an average of exactly 0.6 and exactly half above 0.7'],
    [[0.75, 0.44], false, 'an average below 0.6'],
    [[0.75, 0.6, 0.6], false, 'less than half above 0.7'],
    [[0.7], false, 'an entry at 0.7, which is not above it'],
    [[0.71], true, 'one entry above 0.7'],
  ])('of %o says concentrated: %s, for %s', (significances, expected) => {
    expect(recallSignificances(significances, 1).isConcentrated).toBe(expected);
  });
});

function recallSignificances(significances: readonly number[], ratio: number) {
  const memory = significances.map((significance) => memoryEntry({ eventType: 'joy', significance }));
  return recall(memory, 'joy', ratio);
}
