import fc from 'fast-check';
import type { LifeEvent, Meaning } from '../../../events/life/rules/meaning.ts';
import { lifeTypes } from '../../../events/life/rules/life-types.ts';
import type { MemoryEntry } from '../../../events/life/rules/memory.ts';
import { initialSelfState } from '../../../events/life/rules/self-state.ts';
import type { SelfState } from '../../../events/life/rules/self-state.ts';
import { noVitals } from '../../../events/life/rules/vitals.ts';

/** The oracle's middle state: no rule about low or high vitals applies to it. */
export const calmState: SelfState = {
  ...initialSelfState,
  energy: 60,
  stability: 0.6,
  integrity: 0.9,
};

export function memoryEntry(fields: Partial<MemoryEntry> = {}): MemoryEntry {
  return {
    eventType: 'noise',
    significance: 0.5,
    timestampMs: 0,
    weight: 1,
    subjectiveTimestampSeconds: 0,
    ...fields,
  };
}

/** A meaning as the decision sees it. */
export function meaningOf(eventType: string, significance: number): Meaning {
  return { eventType, significance, impact: noVitals, pattern: 'absorb' };
}

const anyShare = numberWithin(0, 1);
const tableType = fc.constantFrom(...lifeTypes.map(({ type }) => type));
const anyType = fc.oneof({ weight: 9, arbitrary: tableType }, fc.string());

export const anyEvent: fc.Arbitrary<LifeEvent> = fc.record({
  type: anyType,
  intensity: numberWithin(-1, 1),
  originalMemory: fc.option(
    fc.record({
      eventType: anyType,
      mood: fc.constantFrom('positive' as const, 'negative' as const, 'neutral' as const),
    }),
    { nil: undefined },
  ),
});

const anyMemory = fc.array(
  fc.record({
    eventType: anyType,
    significance: anyShare,
    timestampMs: fc.nat(),
    weight: anyShare,
    subjectiveTimestampSeconds: numberWithin(0, 1e6),
  }),
  { maxLength: 50 },
);

export const anyState: fc.Arbitrary<SelfState> = fc
  .record({
    energy: numberWithin(0, 100),
    stability: anyShare,
    integrity: anyShare,
    fatigue: numberWithin(0, 2),
    ageSeconds: numberWithin(0, 1e6),
    subjectiveTimeSeconds: numberWithin(0, 1e6),
    lastEventIntensity: anyShare,
    circadianPhaseRadians: numberWithin(0, 2 * Math.PI),
    recoveryEfficiency: numberWithin(0.4, 1.6),
    clarityState: fc.boolean(),
    memory: anyMemory,
  })
  .map((fields) => ({ ...initialSelfState, ...fields }));

export function numberWithin(min: number, max: number): fc.Arbitrary<number> {
  return fc.double({ min, max, noNaN: true });
}
