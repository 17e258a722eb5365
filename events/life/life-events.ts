import { defineEvent } from 'tickless';
import type { EventDefinition, HandlerContext, SubjectDefinition } from 'tickless';
import { deriveAction } from './rules/action.ts';
import { deriveDecision } from './rules/decision.ts';
import type { LifeRules } from './rules/life-rules.ts';
import { defaultLifeRules } from './rules/life-rules.ts';
import { lifeTypes, unknownLifeType } from './rules/life-types.ts';
import type { LifeType } from './rules/life-types.ts';
import { deriveMeaning } from './rules/meaning.ts';
import { initialSelfState } from './rules/self-state.ts';
import type { SelfState } from './rules/self-state.ts';
import type { LivedState } from './rules/settle-life.ts';
import { adaptLifeEnvelope, olderLifeForm } from './adapt-life-envelope.ts';
import { lifeData, toLifeEvent } from './life-data.ts';
import { createLifeSubject } from './life-subject.ts';
import { createLifeTick } from './life-tick.ts';

/** "Any other type", under its own name and under the two that occur inside the life project. */
const otherTypes = ['unknown', 'clarity_moment', 'processing_mode_activated'].map((type) => ({ ...unknownLifeType, type }));

/**
 * The Life types. An event that names a life as its subject meets its state, and changes it; any other meets the state at
 * birth, 100/1/1. `unknown` also stands for every type that isn't in the catalog, where the service accepts such.
 * @param choices other rules than the defaults, for all lives from their next event on
 */
export function createLifeEvents(choices: Partial<LifeRules> = {}): readonly EventDefinition[] {
  const rules = { ...defaultLifeRules, ...choices };
  const subject = createLifeSubject(rules);
  return [...[...lifeTypes, ...otherTypes].map((type) => toLifeDefinition(type, subject, rules)), createLifeTick(subject)];
}

function toLifeDefinition(
  { type, tier, intensityRange: [lowest, highest] }: LifeType,
  subject: SubjectDefinition<LivedState>,
  { coefficients }: LifeRules,
): EventDefinition {
  return defineEvent({
    type,
    summary: `Life: intensity usually ${lowest} to ${highest}.`,
    data: lifeData,
    // What comes from inside is of low importance, but for an echo (features.md, priority of the Life types).
    tier: ({ data }) => (data.metadata.internal === true && type !== 'memory_echo' ? 'low' : tier),
    usualTier: tier,
    urgency: ({ intensity }) => Math.abs(intensity),
    subject,
    coalesce: true,
    adapt: adaptLifeEnvelope,
    olderForm: olderLifeForm,
    meaning: (event, context) => deriveMeaning(toLifeEvent(event.type, event.data), stateOf(context), coefficients),
    decision: (_event, meaning, context) => deriveDecision(meaning, stateOf(context)),
    // The impact is the meaning's; it is derived again, since an action is handed the decision alone.
    action: (event, decision, context) => {
      const meaning = deriveMeaning(toLifeEvent(event.type, event.data), stateOf(context), coefficients);
      return deriveAction(decision, meaning, stateOf(context), coefficients);
    },
  });
}

function stateOf({ state }: HandlerContext<LivedState>): SelfState {
  return state ?? initialSelfState;
}
