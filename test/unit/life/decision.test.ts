import { describe, expect, it } from 'vitest';
import { decisionFlags } from '../../../events/life/rules/decision-flags.ts';
import { deriveDecision } from '../../../events/life/rules/decision.ts';
import type { Pattern } from '../../../events/life/rules/pattern.ts';
import type { SelfState } from '../../../events/life/rules/self-state.ts';
import { lifeTypes } from '../../../events/life/rules/life-types.ts';
import { calmState, meaningOf, memoryEntry } from './life-samples.ts';

/** [type, significance, changes of 60/0.6/0.9, significances in memory, decision] */
type Row = readonly [string, number, Partial<SelfState>, readonly number[], Pattern];

const title = '%s of %s in %o with memories %o: %s';
const low = { energy: 29, stability: 0.29 };
const fast = { ageSeconds: 100, subjectiveTimeSeconds: 111 };

describe('R1, heavy memory', () => {
  it.each<Row>([
    ['recovery', 0.3, {}, [0.81, 0, 0], 'dampen'],
    ['recovery', 0.3, {}, [0.8, 0, 0], 'absorb'],
    ['recovery', 0.3, {}, [0.75, 0.45], 'dampen'],
    ['recovery', 0.3, low, [0.75, 0.45], 'amplify'],
    ['recovery', 0.3, low, [0.75, 0.44], 'dampen'],
    ['recovery', 0.3, low, [0.75, 0.6, 0.6], 'dampen'],
    ['recovery', 0.3, low, [0.71], 'amplify'],
    ['recovery', 0.3, low, [0.7], 'dampen'],
    ['recovery', 0.3, low, [0.81, 0, 0], 'amplify'],
    ['recovery', 0.3, { ...low, energy: 30 }, [0.9], 'dampen'],
    ['recovery', 0.3, { ...low, stability: 0.3 }, [0.9], 'dampen'],
    ['joy', 0.3, low, [0.9], 'dampen'],
    ['shock', 0.3, low, [0.9], 'dampen'],
  ])(title, expectDecision);
});

describe('R2, low energy', () => {
  it.each<Row>([
    ['recovery', 0.41, low, [], 'amplify'],
    ['recovery', 0.4, low, [], 'dampen'],
    ['recovery', 0.41, { ...low, stability: 0.3 }, [], 'dampen'],
    ['joy', 0.41, low, [], 'dampen'],
    ['shock', 0.41, low, [], 'dampen'],
    ['recovery', 0.31, { energy: 29 }, [], 'dampen'],
    ['recovery', 0.3, { energy: 29 }, [], 'absorb'],
    ['recovery', 0.31, { energy: 30 }, [], 'absorb'],
    ['recovery', 0.05, { energy: 29 }, [0.41], 'dampen'],
    ['recovery', 0.05, { energy: 29 }, [0.4], 'ignore'],
    ['recovery', 0.09, { energy: 29 }, [], 'ignore'],
    ['recovery', 0.1, { energy: 29 }, [], 'absorb'],
    ['recovery', 0.09, { energy: 30 }, [], 'absorb'],
  ])(title, expectDecision);
});

describe('R3, high stability', () => {
  it.each<Row>([
    ['recovery', 0.21, { stability: 0.81 }, [], 'dampen'],
    ['recovery', 0.2, { stability: 0.81 }, [], 'absorb'],
    ['recovery', 0.21, { stability: 0.8 }, [], 'absorb'],
    ['recovery', 0.05, { stability: 0.81 }, [0.31], 'dampen'],
    ['recovery', 0.05, { stability: 0.81 }, [0.3], 'absorb'],
  ])(title, expectDecision);
});

describe('R4, low stability', () => {
  it.each<Row>([
    ['recovery', 0.41, { stability: 0.29 }, [], 'amplify'],
    ['recovery', 0.4, { stability: 0.29 }, [], 'absorb'],
    ['recovery', 0.41, { stability: 0.3 }, [], 'absorb'],
    ['joy', 0.41, { stability: 0.29 }, [], 'absorb'],
    ['shock', 0.41, { stability: 0.29 }, [], 'dampen'],
    ['social_presence', 0.41, { stability: 0.29 }, [], 'amplify'],
  ])(title, expectDecision);
});

describe('R5, fast time', () => {
  it.each<Row>([
    ['recovery', 0.26, fast, [], 'dampen'],
    ['recovery', 0.25, fast, [], 'absorb'],
    ['recovery', 0.05, fast, [0.36], 'dampen'],
    ['recovery', 0.05, fast, [0.35], 'absorb'],
    ['recovery', 0.26, { ...fast, subjectiveTimeSeconds: 110 }, [], 'absorb'],
    ['recovery', 0.26, { ...fast, ageSeconds: 0 }, [], 'absorb'],
  ])(title, expectDecision);
});

describe('R6, low integrity', () => {
  it.each<Row>([
    ['recovery', 0.41, { integrity: 0.29 }, [], 'dampen'],
    ['recovery', 0.4, { integrity: 0.29 }, [], 'absorb'],
    ['recovery', 0.41, { integrity: 0.3 }, [], 'absorb'],
    ['recovery', 0.05, { integrity: 0.29 }, [0.51], 'dampen'],
    ['recovery', 0.05, { integrity: 0.29 }, [0.5], 'absorb'],
  ])(title, expectDecision);
});

describe("R7, the type's preference", () => {
  it.each<Row>([
    ['shock', 0.21, {}, [], 'dampen'],
    ['shock', 0.2, {}, [], 'absorb'],
    ['shock', 0.05, {}, [0.31], 'dampen'],
    ['shock', 0.05, {}, [0.3], 'absorb'],
    ['shock', 0.09, {}, [], 'ignore'],
    ['joy', 1, {}, [], 'absorb'],
    ['void', 1, {}, [], 'absorb'],
    ['something else', 1, {}, [], 'absorb'],
    ['joy', 0.05, {}, [0.6], 'absorb'],
    ['joy', 0.05, {}, [0.61], 'dampen'],
    ['cognitive_doubt', 0.19, {}, [], 'ignore'],
    ['cognitive_doubt', 0.2, {}, [], 'absorb'],
    ['cognitive_doubt', 0.19, {}, [0.19], 'ignore'],
    ['cognitive_doubt', 0.19, {}, [0.2], 'absorb'],
    ['noise', 0.14, {}, [], 'ignore'],
    ['noise', 0.15, {}, [], 'absorb'],
  ])(title, expectDecision);
});

describe('R8, the weight of all', () => {
  it.each<Row>([
    ['noise', 0.14, {}, [0.19], 'ignore'],
    ['noise', 0.14, {}, [0.2], 'absorb'],
    ['idle', 0.14, {}, [], 'ignore'],
    ['idle', 0.15, {}, [], 'absorb'],
    ['noise', 0.29, {}, [0.49], 'absorb'],
    ['noise', 0.29, {}, [0.5], 'dampen'],
    ['noise', 0.3, {}, [0.49], 'absorb'],
    ['noise', 0.39, {}, [], 'absorb'],
    ['noise', 0.4, {}, [], 'dampen'],
  ])(title, expectDecision);
});

describe('a decision', () => {
  it('is not made about an event without significance', () => {
    expect(deriveDecision(meaningOf('idle', 0), calmState)).toBeNull();
  });

  it('remembers events of the same type only', () => {
    const memory = [memoryEntry({ eventType: 'fear', significance: 1 })];

    expect(deriveDecision(meaningOf('joy', 0.3), { ...calmState, memory })).toEqual({
      pattern: 'absorb',
    });
  });

  it('keeps the flags of all others for every type that the table does not name', () => {
    const named = lifeTypes.filter(({ type }) => decisionFlags(type) !== decisionFlags('unknown'));

    expect(named.map(({ type }) => type).toSorted()).toEqual([
      'cognitive_clarity',
      'cognitive_doubt',
      'decay',
      'existential_purpose',
      'existential_void',
      'idle',
      'noise',
      'recovery',
      'shock',
      'social_conflict',
      'social_presence',
    ]);
  });

  it.each([
    ['shock', false, 'dampen', false, 0.1],
    ['decay', false, 'dampen', false, 0.1],
    ['social_conflict', false, 'dampen', false, 0.1],
    ['existential_void', false, 'dampen', false, 0.1],
    ['noise', false, 'nothing', false, 0.15],
    ['idle', false, 'nothing', false, 0.05],
    ['recovery', true, 'absorb', true, 0.1],
    ['cognitive_clarity', true, 'absorb', true, 0.1],
    ['existential_purpose', true, 'absorb', true, 0.1],
    ['social_presence', true, 'nothing', true, 0.1],
    ['cognitive_doubt', true, 'nothing', false, 0.2],
    ['unknown', true, 'absorb', false, 0.1],
  ])('reads the flags of %s', (type, canAmplify, prefers, isPositive, ignoreThreshold) => {
    expect(decisionFlags(type)).toEqual({ canAmplify, prefers, isPositive, ignoreThreshold });
  });
});

function expectDecision(...[type, significance, fields, memories, pattern]: Row): void {
  const memory = memories.map((remembered) => memoryEntry({ eventType: type, significance: remembered }));

  const decision = deriveDecision(meaningOf(type, significance), {
    ...calmState,
    ...fields,
    memory,
  });

  expect(decision).toEqual({ pattern });
}
