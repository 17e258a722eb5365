import type { HandlerNeed, PermitNeed } from './accepted-event.ts';
import type { RawEnvelope } from './define-event.ts';
import type { Fault } from './fault.ts';
import type { HandledEvent } from './handled-event.ts';
import type { Tier } from './tier.ts';

/** What the service asks of users' functions, besides having handlers run. JSON, as they run in another process. */
export type Question =
  /** An event that is submitted: its type's `adapt`, schema, `tier`, `urgency` and `limit`. */
  | { readonly kind: 'accept'; readonly type: string; readonly envelope: RawEnvelope; readonly tenant: string }
  /** An event that is accepted: which of its type's handlers take it, by their `filter`, and what they need, by their `limit`. */
  | { readonly kind: 'handlers'; readonly type: string; readonly event: HandledEvent }
  /** A type that is described: its schema, and what that takes. */
  | { readonly kind: 'describe'; readonly type: string }
  /** A subject's state that is read: its `show`. */
  | { readonly kind: 'show'; readonly type: string; readonly state: unknown };

export type Acceptance = {
  /** As the type maps what older clients send; null where that is what was sent. */
  readonly adapted: RawEnvelope | null;
} & (
  | {
      readonly ok: true;
      /** What the schema makes of it; null where that is nothing. */
      readonly data: unknown;
      readonly tier: Tier;
      readonly urgency: number;
      /** Empty where the type names none. */
      readonly limits: readonly PermitNeed[];
    }
  | { readonly ok: false; readonly faults: readonly Fault[] }
);

/** What is told of a type before there is any event. */
export interface Description {
  /** As JSON Schema; null where it gives none. */
  readonly schema: Readonly<Record<string, unknown>> | null;
  /** An event without data is none. */
  readonly isDataRequired: boolean;
  /** The fields that older clients send in place of `data` and `time`, as JSON Schema; null where they send none. */
  readonly olderForm: Readonly<Record<string, unknown>> | null;
}

interface Answers {
  readonly describe: Description;
  readonly accept: Acceptance;
  readonly handlers: readonly HandlerNeed[];
  readonly show: unknown;
}

export type AnswerTo<Asked extends Question> = Answers[Asked['kind']];

/** @throws TypeBlockedError if the type's functions don't answer, BusyError if nobody could ask them */
export type Ask = <Asked extends Question>(question: Asked) => Promise<AnswerTo<Asked>>;

/** A type's own functions have thrown, taken too long or ended their process: nothing can be said of an event or a subject of it. */
export class TypeBlockedError extends Error {
  override readonly name = 'TypeBlockedError';

  constructor(type: string, reason: string) {
    super(`what the type "${type}" has to say of it is not to be had: ${reason}`);
  }
}
