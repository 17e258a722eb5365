import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deriveAction, vitalsAfter } from '../../../events/life/rules/action.ts';
import { applyLifeEvent } from '../../../events/life/rules/apply-life-event.ts';
import { deriveDecision } from '../../../events/life/rules/decision.ts';
import type { LifeEvent } from '../../../events/life/rules/meaning.ts';
import { deriveMeaning } from '../../../events/life/rules/meaning.ts';
import type { Pattern } from '../../../events/life/rules/pattern.ts';
import { initialSelfState } from '../../../events/life/rules/self-state.ts';
import { anyEvent, anyState, calmState, memoryEntry } from './life-samples.ts';

const context = { eventId: 'event-1', timestampMs: 1000, feedbackDelayTicks: 5 };

type Reading = readonly [energy: number, stability: number, integrity: number];
type Vector = readonly [string, number, Reading, number, Pattern, Pattern | null, Reading];

describe('the oracle vectors', () => {
  it.each<Vector>([
    ['shock', -0.8, [100, 1, 1], 1, 'dampen', 'dampen', [99.695, 0.98, 0.99]],
    ['shock', -0.8, [20, 0.2, 0.25], 1, 'amplify', 'dampen', [19.095, 0.14, 0.22]],
    ['noise', 0.3, [60, 0.6, 0.9], 0.15, 'absorb', 'absorb', [59.9865, 0.5991, 0.9]],
    ['noise', 0.25, [60, 0.6, 0.9], 0.125, 'absorb', 'ignore', [60, 0.6, 0.9]],
    ['recovery', 0.5, [60, 0.6, 0.9], 0.5, 'absorb', 'absorb', [60.25, 0.6125, 0.905]],
    ['existential_purpose', 0.7, [80, 0.2, 0.9], 1, 'amplify', 'amplify', [80.84, 0.284, 0.9525]],
    ['memory_echo', 0.2, [60, 0.6, 0.9], 0.16, 'absorb', 'absorb', [59.9984, 0.60064, 0.90032]],
    ['idle', 0, [60, 0.6, 0.9], 0, 'ignore', null, [60, 0.6, 0.9]],
    ['unknown', 0.7, [60, 0.6, 0.9], 0.7, 'absorb', 'absorb', [60, 0.6, 0.9]],
  ])('%s %s at %o', (type, intensity, before, significance, meant, decided, after) => {
    const [energy, stability, integrity] = before;
    const state = { ...initialSelfState, energy, stability, integrity };

    const applied = applyLifeEvent(state, { type, intensity }, context);

    expectNear(applied.meaning.significance, significance);
    expect(applied.meaning.pattern).toBe(meant);
    expect(applied.decision?.pattern ?? null).toBe(decided);
    expectNear(applied.state.energy, after[0]);
    expectNear(applied.state.stability, after[1]);
    expectNear(applied.state.integrity, after[2]);
  });
});

describe('applying a Life event', () => {
  it('leaves the state alone when the event means nothing', () => {
    const applied = applyLifeEvent(calmState, { type: 'idle', intensity: 0 }, context);

    expect(applied).toMatchObject({ decision: null, action: null });
    expect(applied.state).toBe(calmState);
  });

  it('notes an ignored event in last_pattern only', () => {
    const state = { ...calmState, lastSignificance: 0.7, memory: [memoryEntry({ eventType: 'joy', weight: 0.05 })] };

    const applied = applyLifeEvent(state, { type: 'noise', intensity: 0.25 }, context);

    expect(applied.state).toEqual({ ...state, lastPattern: 'ignore' });
    expect(applied.action).toEqual({ delta: { energy: 0, stability: 0, integrity: 0 } });
  });

  it('remembers the action first and the event after it', () => {
    const { state } = applyLifeEvent({ ...calmState, subjectiveTimeSeconds: 33 }, { type: 'recovery', intensity: 0.5 }, context);

    const common = { timestampMs: 1000, weight: 1, subjectiveTimestampSeconds: 33 };
    expect(state.memory).toEqual([
      { ...common, eventType: 'action', significance: 0 },
      { ...common, eventType: 'recovery', significance: 0.5 },
    ]);
  });

  it('registers the action for feedback with the vitals from before', () => {
    const { state } = applyLifeEvent({ ...calmState, ticks: 12 }, { type: 'recovery', intensity: 0.5 }, context);

    expect(state.pendingActions).toEqual([
      {
        actionId: 'event-1',
        pattern: 'absorb',
        vitalsBefore: { energy: 60, stability: 0.6, integrity: 0.9 },
        registeredAtTick: 12,
        delayTicks: 5,
        associatedEvents: ['event-1'],
      },
    ]);
  });

  it('registers nothing where no ticks pass', () => {
    const event = { type: 'recovery', intensity: 0.5 };

    const { state } = applyLifeEvent(calmState, event, { eventId: 'event-1', timestampMs: 1000 });

    expect(state.pendingActions).toEqual([]);
  });

  it('writes histories, last significance and the decision as last pattern', () => {
    const { state } = applyLifeEvent(initialSelfState, { type: 'shock', intensity: 0.8 }, context);

    expect(state).toMatchObject({
      recentEvents: ['shock'],
      energyHistory: [state.energy],
      stabilityHistory: [state.stability],
      lastSignificance: 1,
      lastPattern: 'dampen',
    });
  });

  it('remembers an unknown type under its own name', () => {
    const event = { type: 'clarity_moment', intensity: 0.7 };

    const { state } = applyLifeEvent(calmState, event, context);

    expect(state.memory.at(-1)?.eventType).toBe('clarity_moment');
    expect(state.recentEvents).toEqual(['clarity_moment']);
  });

  it('lets memory change what the same event leads to', () => {
    const shock = { type: 'shock', intensity: 0.1 };
    const haunted = { ...calmState, memory: [memoryEntry({ eventType: 'shock', significance: 1 })] };

    expect(applyLifeEvent(calmState, shock, context).decision).toEqual({ pattern: 'absorb' });
    expect(applyLifeEvent(haunted, shock, context).decision).toEqual({ pattern: 'dampen' });
  });
});

describe('any Life event in any state', () => {
  it('comes to the same in separate stages, bit for bit, also through JSON', () => {
    fc.assert(
      fc.property(anyEvent, anyState, (event, state) => {
        const meaning = throughJson(deriveMeaning(event, throughJson(state)));
        const decision = throughJson(deriveDecision(meaning, throughJson(state)));
        const action = throughJson(deriveAction(decision, meaning, throughJson(state)));

        const applied = applyLifeEvent(state, event, context);

        expect({ meaning, decision, action }).toEqual({
          meaning: applied.meaning,
          decision: applied.decision,
          action: applied.action,
        });
        if (decision !== null) {
          expect(applied.state).toMatchObject(vitalsAfter(decision, meaning, state));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('keeps vitals within their bounds and memory within 50 entries', () => {
    fc.assert(
      fc.property(anyState, fc.array(anyEvent, { maxLength: 40 }), (start, events) => {
        const state = events.reduce((before, event) => apply(before, event), start);

        expect(state.energy).toBeGreaterThanOrEqual(0);
        expect(state.energy).toBeLessThanOrEqual(100);
        expect(state.stability).toBeGreaterThanOrEqual(0);
        expect(state.stability).toBeLessThanOrEqual(1);
        expect(state.integrity).toBeGreaterThanOrEqual(0);
        expect(state.integrity).toBeLessThanOrEqual(1);
        expect(state.memory.length).toBeLessThanOrEqual(50);
        expect(state.recentEvents.length).toBeLessThanOrEqual(50);
      }),
    );
  });

  it('changes no vital when it is ignored, and reports what it did change', () => {
    fc.assert(
      fc.property(anyEvent, anyState, (event, before) => {
        const { state, decision, action } = applyLifeEvent(before, event, context);

        if (decision === null || decision.pattern === 'ignore') {
          expect(state).toEqual({ ...before, lastPattern: decision?.pattern ?? '' });
        }
        expect(action?.delta ?? { energy: 0, stability: 0, integrity: 0 }).toEqual({
          energy: state.energy - before.energy,
          stability: state.stability - before.stability,
          integrity: state.integrity - before.integrity,
        });
      }),
      { numRuns: 300 },
    );
  });

  it('reaches all four decisions', () => {
    const samples = fc.sample(fc.tuple(anyEvent, anyState), { numRuns: 2000, seed: 7 });

    const patterns = samples.map(([event, state]) => applyLifeEvent(state, event, context).decision?.pattern);

    expect(patterns).toEqual(expect.arrayContaining(['ignore', 'absorb', 'dampen', 'amplify']));
  });
});

function apply(state: typeof initialSelfState, event: LifeEvent): typeof initialSelfState {
  return applyLifeEvent(state, event, context).state;
}

function throughJson<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value)) as Value;
}

function expectNear(actual: number, expected: number): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-9);
}
