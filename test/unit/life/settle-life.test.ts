import fc from 'fast-check';
import { expect, it } from 'vitest';
import { applyLifeEvent } from '../../../events/life/rules/apply-life-event.ts';
import { observeFeedback } from '../../../events/life/rules/feedback.ts';
import type { LifeRules } from '../../../events/life/rules/life-rules.ts';
import { defaultLifeRules } from '../../../events/life/rules/life-rules.ts';
import { passQuietSeconds, passTick, recoveryEfficiencyAt } from '../../../events/life/rules/life-time.ts';
import { forgetMemories, isForgettingDue } from '../../../events/life/rules/memory.ts';
import { createSelfState } from '../../../events/life/rules/self-state.ts';
import { settleLife } from '../../../events/life/rules/settle-life.ts';
import type { LivedState } from '../../../events/life/rules/settle-life.ts';
import { weaken } from '../../../events/life/rules/weaken.ts';
import { anyState } from './life-samples.ts';

const BIRTH_MS = 1_000_000;
const newborn: LivedState = { ...createSelfState({ lifeId: 'a', birthTimestampMs: BIRTH_MS }), strongestIntensity: 0 };

/** A life that events have happened to. */
const anyLife: fc.Arbitrary<LivedState> = fc
  .array(
    fc.record({ intensity: fc.double({ min: -1, max: 1, noNaN: true }), delay: fc.integer({ min: 3, max: 10 }), pauseMs: fc.nat(4_000) }),
    {
      maxLength: 8,
    },
  )
  .map((events) => {
    let [life, atMs] = [newborn, BIRTH_MS];
    for (const [index, { intensity, delay, pauseMs }] of events.entries()) {
      atMs += pauseMs;
      life = settleLife(life, atMs);
      const context = { eventId: `event-${index}`, timestampMs: atMs, feedbackDelayTicks: delay };
      const { state } = applyLifeEvent(life, { type: 'shock', intensity }, context);
      life = { ...state, strongestIntensity: Math.max(life.strongestIntensity, intensity) };
    }
    return life;
  });

const anyRules: fc.Arbitrary<LifeRules> = fc.record({
  weakens: fc.boolean(),
  followsDayRhythm: fc.boolean(),
  coefficients: fc.constant(defaultLifeRules.coefficients),
});

/** One tick after the other, as a ticking loop would. */
function tickUntil(life: LivedState, atMs: number, { weakens, followsDayRhythm }: LifeRules): LivedState {
  let { strongestIntensity, ...state } = life;
  while (state.ticks < Math.floor((atMs - life.birthTimestampMs) / 1_000)) {
    state = passTick({ ...state }, { elapsedSeconds: 1, intensities: [strongestIntensity] });
    strongestIntensity = 0;
    if (followsDayRhythm) state = { ...state, recoveryEfficiency: recoveryEfficiencyAt(state.circadianPhaseRadians) };
    if (weakens) state = weaken(state, 1);
    const nowMs = state.birthTimestampMs + state.ticks * 1_000;
    state = observeFeedback(state, nowMs).state;
    if (isForgettingDue(state.ticks)) state = { ...state, memory: forgetMemories(state.memory, nowMs) };
  }
  return { ...state, strongestIntensity };
}

it('comes to the same as a loop that ticks, bit for bit', () => {
  fc.assert(
    fc.property(anyLife, fc.boolean(), anyRules, fc.nat(120_000), (anyOne, isWeak, rules, laterMs) => {
      const life = isWeak ? { ...anyOne, energy: 1, stability: 0.5, integrity: 0.05 } : anyOne;
      const atMs = BIRTH_MS + life.ticks * 1_000 + laterMs;
      expect(settleLife(life, atMs, rules)).toEqual(tickUntil(life, atMs, rules));
    }),
  );
});

it('makes no difference in how many steps it is done', () => {
  fc.assert(
    fc.property(anyLife, fc.array(fc.nat(20_000), { minLength: 1, maxLength: 6 }), (life, pauses) => {
      let [stepped, atMs] = [life, BIRTH_MS + life.ticks * 1_000];
      for (const pauseMs of pauses) stepped = settleLife(stepped, (atMs += pauseMs));
      expect(stepped).toEqual(settleLife(life, atMs));
    }),
  );
});

it('passes quiet seconds as so many quiet ticks, bit for bit', () => {
  fc.assert(
    fc.property(anyState, fc.nat(50), (state, ticks) => {
      let ticked = state;
      for (let tick = 0; tick < ticks; tick += 1) ticked = passTick(ticked, { elapsedSeconds: 1, intensities: [] });
      expect(passQuietSeconds(state, ticks)).toEqual(ticked);
    }),
  );
});

it('lets an intensity count at the next tick, once', () => {
  const life = { ...newborn, strongestIntensity: 0.5 };
  expect(settleLife(life, BIRTH_MS + 999)).toBe(life);
  expect(settleLife(life, BIRTH_MS + 1_000)).toMatchObject({ ticks: 1, lastEventIntensity: 0.15, strongestIntensity: 0 });
  expect(settleLife(life, BIRTH_MS - 5)).toBe(life);
});

it('settles ten idle weeks, and forgets', () => {
  const { state } = applyLifeEvent(
    newborn,
    { type: 'shock', intensity: 1 },
    { eventId: 'a', timestampMs: BIRTH_MS, feedbackDelayTicks: 3 },
  );
  const weeks = 10 * 7 * 86_400;
  const settled = settleLife({ ...state, strongestIntensity: 1 }, BIRTH_MS + weeks * 1_000);
  expect(settled).toMatchObject({ ticks: weeks, ageSeconds: weeks, pendingActions: [] });
  expect(settled.memory.map(({ eventType, weight }) => [eventType, weight])).toEqual([
    ['action', 0],
    ['shock', 0],
    ['feedback', 0],
  ]);
});
