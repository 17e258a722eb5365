import type { AcceptedEvent } from '../domain/accepted-event.ts';
import type { SubjectDefinition } from '../domain/define-subject.ts';
import { isEnded, isPastStages } from '../domain/event-run.ts';
import type { EventRun } from '../domain/event-run.ts';
import { createJsonBound } from '../domain/json-bound.ts';
import type { BoundJson } from '../domain/json-bound.ts';
import type { StateChange } from '../domain/state-change.ts';
import type { AdvanceDependencies } from './advance.ts';
import type { Due } from './advance-port.ts';
import { definitionOf } from './attempt-stage.ts';
import { toKeptJson } from './kept-json.ts';
import { toStageFailure } from './stage-failure.ts';
import { UnknownTypeError } from './unknown-type.ts';

/** A subject's state while its events are applied to it, one after the other. */
export interface SubjectTurn {
  version(): number;
  /** As the event that has begun sees it. */
  state(): unknown;
  /** Brings the state to the time of the next event. @throws UnknownTypeError */
  begin(event: AcceptedEvent): void;
  /** Applies an event whose stages have come to an end: the run with its verdict, and the subject's version after it. */
  end(run: EventRun): EventRun;
  /** All that has changed in this turn. */
  change(): StateChange;
}

// It is carried from run to run of the workflow that holds it.
const MAX_STATE_BYTES = 128 * 1024;

export function createSubjectTurn(
  before: NonNullable<Due['subject']>,
  { resolve, now, changeOf }: Pick<AdvanceDependencies, 'resolve' | 'now' | 'changeOf'>,
): SubjectTurn {
  const { id, tenant } = before.key;
  const bound = createJsonBound();
  let { version, state } = before;
  let atMs = before.updatedAtMs ?? 0;
  let rules: SubjectDefinition | null = null;

  return {
    version: () => version,
    state: () => state,

    begin(event) {
      rules = definitionOf(event, resolve).subject;
      // Another worker's type may have one: nothing has happened to this event then.
      if (rules === null) throw new UnknownTypeError(event.plan.definition ?? event.type);
      atMs = Math.max(now(), atMs);
      state = rules.settle(state ?? rules.initial({ id, tenant, atMs }), atMs);
    },

    end(run) {
      version += 1;
      // When it was applied is when it ran: whoever has all events in order of their versions can do the same.
      const applied = { ...run, startedAtMs: atMs, version };
      const { phase } = run;
      if (!isPastStages(phase) || rules === null) throw new Error('an event is applied once its stages have come to an end');
      if (isEnded(phase) && phase.status !== 'completed') return { ...applied, phase: { ...phase, endedAtMs: atMs } };
      try {
        const next: unknown = rules.apply(state, { ...run.event, results: run.results, atMs });
        assertStateSize(next, bound);
        state = next;
        return { ...applied, phase: isEnded(phase) ? { ...phase, endedAtMs: atMs } : phase };
      } catch (error) {
        // What the last stage has come to is what can't be applied.
        const stage = run.event.plan.stages.at(-1) ?? '';
        const { error: refused } = toStageFailure(error, { stage, startedAtMs: atMs, endedAtMs: atMs });
        return { ...applied, phase: { status: 'failed', endedAtMs: atMs, error: refused } };
      }
    },

    change: () => changeOf(before.state, state),
  };
}

/**
 * To write the state out after each event takes longer than to apply it: where the bound is enough, that is.
 * @throws PermanentError as a result's size does
 */
function assertStateSize(state: unknown, bound: BoundJson): void {
  try {
    if (bound(state) <= MAX_STATE_BYTES) return;
  } catch {
    // It isn't JSON, which the other says better.
  }
  toKeptJson(state, MAX_STATE_BYTES);
}
