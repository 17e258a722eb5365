import type { Action } from './action.ts';
import { deriveAction, vitalsAfter } from './action.ts';
import type { Decision } from './decision.ts';
import { deriveDecision } from './decision.ts';
import type { PendingAction } from './feedback-record.ts';
import { recordInHistories } from './histories.ts';
import type { LifeEvent, Meaning } from './meaning.ts';
import { deriveMeaning } from './meaning.ts';
import type { MemoryEntry } from './memory.ts';
import { remember } from './memory.ts';
import type { PatternCoefficients } from './pattern.ts';
import type { SelfState } from './self-state.ts';
import { mapVitals } from './vitals.ts';

export interface LifeEventContext {
  /** Names the action too: an event has one. */
  readonly eventId: string;
  /** For the memory entries. */
  readonly timestampMs: number;
  /** From `drawFeedbackDelayTicks`. Leave it out where no ticks pass: nothing would ever observe the action. */
  readonly feedbackDelayTicks?: number | undefined;
  readonly coefficients?: PatternCoefficients | undefined;
}

export interface AppliedLifeEvent {
  readonly state: SelfState;
  readonly meaning: Meaning;
  readonly decision: Decision | null;
  readonly action: Action | null;
}

/**
 * All three stages and everything that an event leaves behind (life.md, section 6). The caller sees to it that this
 * happens once per event id. The stages run alone on the same state give the same numbers, bit for bit.
 */
export function applyLifeEvent(state: SelfState, event: LifeEvent, context: LifeEventContext): AppliedLifeEvent {
  const meaning = deriveMeaning(event, state, context.coefficients);
  const decision = deriveDecision(meaning, state);
  const action = deriveAction(decision, meaning, state, context.coefficients);
  return { state: settle(state, meaning, decision, context), meaning, decision, action };
}

function settle(state: SelfState, meaning: Meaning, decision: Decision | null, context: LifeEventContext): SelfState {
  if (decision === null) return state;
  if (decision.pattern === 'ignore') return { ...state, lastPattern: 'ignore' };

  const remembered = remember(state.memory, toMemoryEntry('action', 0, state, context));
  const settled: SelfState = {
    ...state,
    ...vitalsAfter(decision, meaning, state, context.coefficients),
    memory: remember(remembered, toMemoryEntry(meaning.eventType, meaning.significance, state, context)),
    pendingActions: [...state.pendingActions, ...toPendingActions(decision, state, context)],
    lastSignificance: meaning.significance,
    lastPattern: decision.pattern,
  };
  return recordInHistories(settled, meaning.eventType);
}

function toMemoryEntry(eventType: string, significance: number, state: SelfState, context: LifeEventContext): MemoryEntry {
  return {
    eventType,
    significance,
    timestampMs: context.timestampMs,
    weight: 1,
    subjectiveTimestampSeconds: state.subjectiveTimeSeconds,
  };
}

/** One, or none where nothing will observe it. */
function toPendingActions(
  decision: Decision,
  state: SelfState,
  { eventId, feedbackDelayTicks }: LifeEventContext,
): readonly PendingAction[] {
  if (feedbackDelayTicks === undefined) return [];
  return [
    {
      actionId: eventId,
      pattern: decision.pattern,
      vitalsBefore: mapVitals((vital) => state[vital]),
      registeredAtTick: state.ticks,
      delayTicks: feedbackDelayTicks,
      associatedEvents: [eventId],
    },
  ];
}
