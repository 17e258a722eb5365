import type { HandledEvent } from './handled-event.ts';
import type { Stage } from './stage.ts';
import { isSubjectType } from './subject-id.ts';

/** Who a subject is, and when its first event is applied. */
export interface SubjectBirth {
  readonly id: string;
  readonly tenant: string;
  readonly atMs: number;
}

/** An event whose stages have ended, as its subject's rules see it. */
export interface AppliedEvent extends HandledEvent {
  readonly results: Readonly<Record<Stage, unknown>>;
  /** When it is applied: never earlier than the event before it. */
  readonly atMs: number;
}

/**
 * A kind of shared state as the service keeps it. Method syntax, so that subjects of different states share one list.
 * The state is JSON, and everything here is pure: what it gives depends on nothing but what it is given.
 */
export interface SubjectDefinition<State = unknown> {
  readonly type: string;
  initial(birth: SubjectBirth): State;
  /** Brings the state to a time, just before the next event's stages see it. */
  settle(state: State, atMs: number): State;
  /** The state after an event whose stages completed, within the bounds. */
  apply(state: State, event: AppliedEvent): State;
  /** The state as readers see it. */
  show(state: State): unknown;
}

export interface SubjectOptions<State extends object> {
  /** Lower case, digits, `_`, `-` and `.`, at most 32 characters; the first part of `/v1/subjects/{type}/{id}`. */
  readonly type: string;
  readonly initial: (birth: SubjectBirth) => State;
  /** What an event changes. It gets the results of the event's stages, which have seen this same state. */
  readonly apply: (state: State, event: AppliedEvent) => State;
  /**
   * What time alone has changed since the last event, by `atMs`. In two steps it must come to the same as in one: it is
   * called only when there is an event.
   */
  readonly settle?: (state: State, atMs: number) => State;
  /** The lowest and the highest value of numbers in the state: `apply` can't lead beyond them. */
  readonly bounds?: Readonly<Partial<Record<keyof State, readonly [lowest: number, highest: number]>>>;
  /** How many entries of lists in the state are kept, the newest. */
  readonly history?: Readonly<Partial<Record<keyof State, number>>>;
  /** What readers see; default: the state as it is. */
  readonly show?: (state: State) => unknown;
}

/**
 * Declares a kind of subject: shared state that events change one at a time. The state and an outcome for each event are
 * recorded together; the state has at most 128 KiB as JSON.
 * @throws Error when the definition can't work, naming the type
 */
export function defineSubject<State extends object>(options: SubjectOptions<State>): SubjectDefinition<State> {
  const { type, initial, apply, settle, show, bounds = {}, history = {} } = options;
  if (!isSubjectType(type)) {
    throw new Error(`subject type "${type}": a name starts with a-z and has at most 32 of a-z, 0-9, "_", "-" and "."`);
  }
  const ranges = Object.entries<readonly [number, number] | undefined>(bounds);
  for (const [field, [lowest, highest] = [0, 0]] of ranges) {
    if (!(lowest <= highest)) throw new Error(`subject type "${type}": the bounds of "${field}" leave no value`);
  }
  const lengths = Object.entries<number | undefined>(history);
  for (const [field, length = 0] of lengths) {
    if (!Number.isInteger(length) || length < 0) throw new Error(`subject type "${type}": the history of "${field}" needs a whole length`);
  }
  return {
    type,
    initial,
    settle: (state, atMs) => settle?.(state, atMs) ?? state,
    apply: (state, event) => keepWithin(apply(state, event)),
    show: (state) => show?.(state) ?? state,
  };

  function keepWithin(state: State): State {
    const kept = { ...(state as Record<string, unknown>) };
    for (const [field, [lowest, highest] = [0, 0]] of ranges) {
      const value = kept[field];
      if (typeof value === 'number') kept[field] = Math.min(highest, Math.max(lowest, value));
    }
    for (const [field, length = 0] of lengths) {
      const list = kept[field];
      if (Array.isArray(list)) kept[field] = list.slice(Math.max(0, list.length - length));
    }
    return kept as State;
  }
}
