import { defineEvent } from '../../domain/define-event.ts';
import type { EventDefinition, HandlerContext } from '../../domain/define-event.ts';
import { deriveAction } from '../../domain/life/action.ts';
import { deriveDecision } from '../../domain/life/decision.ts';
import { lifeTypes, unknownLifeType } from '../../domain/life/life-types.ts';
import type { LifeType } from '../../domain/life/life-types.ts';
import { deriveMeaning } from '../../domain/life/meaning.ts';
import { initialSelfState } from '../../domain/life/self-state.ts';
import type { SelfState } from '../../domain/life/self-state.ts';
import type { LivedState } from '../../domain/life/settle-life.ts';
import { adaptLifeEnvelope } from './adapt-life-envelope.ts';
import { lifeData, toLifeEvent } from './life-data.ts';
import { lifeSubject } from './life-subject.ts';

/** "Any other type", under its own name and under the two that occur inside the life project. */
const otherTypes = ['unknown', 'clarity_moment', 'processing_mode_activated'].map((type) => ({ ...unknownLifeType, type }));

/**
 * The Life types. An event that names a life as its subject meets its state, and changes it; any other meets the state at
 * birth, 100/1/1. `unknown` also stands for every type that isn't in the catalog, where the service accepts such.
 */
export const lifeEvents: readonly EventDefinition[] = [...lifeTypes, ...otherTypes].map(toLifeDefinition);

function toLifeDefinition({ type, tier, intensityRange: [lowest, highest] }: LifeType): EventDefinition {
  return defineEvent({
    type,
    summary: `Life: intensity usually ${lowest} to ${highest}.`,
    data: lifeData,
    // What comes from inside is of low importance, but for an echo (features.md, priority of the Life types).
    tier: ({ data }) => (data.metadata.internal === true && type !== 'memory_echo' ? 'low' : tier),
    usualTier: tier,
    urgency: ({ intensity }) => Math.abs(intensity),
    subject: lifeSubject,
    adapt: adaptLifeEnvelope,
    meaning: (event, context) => deriveMeaning(toLifeEvent(event.type, event.data), stateOf(context)),
    decision: (_event, meaning, context) => deriveDecision(meaning, stateOf(context)),
    // The impact is the meaning's; it is derived again, since an action is handed the decision alone.
    action: (event, decision, context) =>
      deriveAction(decision, deriveMeaning(toLifeEvent(event.type, event.data), stateOf(context)), stateOf(context)),
  });
}

function stateOf({ state }: HandlerContext<LivedState>): SelfState {
  return state ?? initialSelfState;
}
