import type { Emit, EventDefinition } from '../domain/define-event.ts';
import type { EventRun } from '../domain/event-run.ts';
import type { FollowUpOptions } from '../domain/follow-up.ts';

/** What a handler has emitted, before it is accepted. */
export interface Emitted {
  /** Its type, or the name of that. */
  readonly event: EventDefinition | string;
  readonly data: unknown;
  readonly options: FollowUpOptions;
}

/** Collects what one attempt emits, for when it has succeeded. */
export interface Emitter {
  readonly emit: Emit;
  /**
   * Accepts what an attempt that has succeeded has emitted; nothing is emitted later.
   * @param isShared its run shares a history with others, or may
   * @throws PermanentError `invalid_event`, `unknown_type`, `cycle` or `result_too_large`; what functions of their types throw
   */
  accept(isShared: boolean): Promise<Added>;
}

/** What is to be said of its run from now on; empty where nothing was emitted. */
export type Added = Pick<EventRun, 'emitted' | 'followUps'>;

/** @param stageKey the same on every attempt of the stage in this run, and no other's: its `idempotencyKey` */
export type OpenEmitter = (run: EventRun, stageKey: string) => Emitter;

/** The name of the type that was emitted, whatever a handler has handed over as one. */
export function typeName(event: unknown): string {
  return String(typeof event === 'object' && event !== null && 'type' in event ? event.type : event);
}
