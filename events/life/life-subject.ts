import { defineSubject } from 'tickless';
import type { SubjectDefinition } from 'tickless';
import { applyLifeEvent } from './rules/apply-life-event.ts';
import { drawFeedbackDelayTicks } from './rules/feedback.ts';
import type { LifeRules } from './rules/life-rules.ts';
import { defaultLifeRules } from './rules/life-rules.ts';
import { timeRatio } from './rules/life-time.ts';
import { createSelfState, hasCriticalEnergy, isViable, isWeak } from './rules/self-state.ts';
import { settleLife } from './rules/settle-life.ts';
import type { LivedState } from './rules/settle-life.ts';
import type { LifeData } from './life-data.ts';
import { toLifeEvent } from './life-data.ts';
import { LIFE_TICK } from './life-tick.ts';

/** A life: the SelfState that its events change (life.md, section 3). Bounds and histories are kept by its own rules. */
export function createLifeSubject(rules: LifeRules): SubjectDefinition<LivedState> {
  return defineSubject<LivedState>({
    type: 'life',
    initial: ({ id, atMs }) => ({ ...createSelfState({ lifeId: id, birthTimestampMs: atMs }), strongestIntensity: 0 }),
    settle: (life, atMs) => settleLife(life, atMs, rules),
    // A burst has more actions than its memory could hold the feedback of: the latest count.
    history: { pendingActions: 50 },
    apply: (life, { id, type, data, atMs }) => {
      if (type === LIFE_TICK.eventType) return life;
      // Its type's schema has checked it.
      const event = toLifeEvent(type, data as LifeData);
      const feedbackDelayTicks = drawFeedbackDelayTicks(hash32(id));
      const context = { eventId: id, timestampMs: atMs, feedbackDelayTicks, coefficients: rules.coefficients };
      const { state } = applyLifeEvent(life, event, context);
      return { ...state, strongestIntensity: Math.max(life.strongestIntensity, event.intensity) };
    },
    show: (life) => ({
      ...life,
      viable: isViable(life),
      weak: isWeak(life),
      criticalEnergy: hasCriticalEnergy(life),
      timeRatio: timeRatio(life),
    }),
  });
}

/** A life by the default rules. */
export const lifeSubject = createLifeSubject(defaultLifeRules);

/** FNV-1a of 32 bits, over UTF-16 units. */
function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}
