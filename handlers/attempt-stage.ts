import type { EventDefinition, HandlerContext, HandlerLog } from '../domain/define-event.ts';
import { ownerId } from '../domain/event-id.ts';
import { lastProgress } from '../domain/event-run.ts';
import type { EventRun, Progress } from '../domain/event-run.ts';
import type { HandlerServices } from '../domain/handler-services.ts';
import { callWith } from '../domain/middleware.ts';
import type { Middleware } from '../domain/middleware.ts';
import { ON_CANCEL } from '../domain/stage.ts';
import type { Stage } from '../domain/stage.ts';
import type { Added, OpenEmitter } from './emitter.ts';
import type { Strays } from './hosts/strays.ts';
import type { StopSource } from './listen-once.ts';
import { MAX_RESULT_BYTES, MAX_SHARED_RESULT_BYTES, toKeptJson } from './kept-json.ts';
import { UnknownTypeError } from './unknown-type.ts';
import { withTimeout } from './with-timeout.ts';
import type { Stop } from './with-timeout.ts';

export interface AttemptStageDependencies {
  readonly resolve: (type: string) => EventDefinition | undefined;
  readonly services: HandlerServices;
  /** Around each call, the first outermost; read at each. Absent or empty: none. */
  readonly use?: readonly Middleware[];
  readonly openEmitter: OpenEmitter;
  /** What nobody catches is the failure of the attempt that it comes from; absent where that can't be told. */
  readonly strays?: Strays;
  /** An attempt whose time is up ends when its handler has, so that nothing of it goes on unobserved. */
  readonly waitsForHandlers?: boolean;
}

export interface AttemptSurroundings {
  /** The subject's, just before this event; null without one. */
  readonly state: unknown;
  /** Whether its run shares a history with others. */
  readonly isShared: boolean;
  /** How long it may take; 0 or less: it has no time, and no handler is called. */
  readonly timeoutMs: number;
  /** Aborts with a `Stopped`. */
  readonly signal: StopSource;
  readonly log: (level: keyof HandlerLog, message: string, fields?: Record<string, unknown>) => void;
  readonly heartbeat: (progress: Progress) => void;
}

/** What an attempt that has succeeded leaves. */
export interface StageResult {
  /** What is kept of its result. */
  readonly value: unknown;
  /** Its follow-ups, with those that the run had before. */
  readonly added: Added;
}

/**
 * One attempt of a stage that has begun: calls the type's handler with the only context there is, and keeps its timeout and its
 * result's size. Safe to run twice as far as the handler is: it is given the same `idempotencyKey` again.
 * @throws what the handler threw, StageTimeoutError, UnknownTypeError, PermanentError for what can't be kept, or Stopped
 */
export async function attemptStage(
  { resolve, services, use, openEmitter, strays, waitsForHandlers = false }: AttemptStageDependencies,
  run: EventRun,
  stage: Stage,
  { state, isShared, timeoutMs, signal, log, heartbeat }: AttemptSurroundings,
): Promise<StageResult> {
  const { event, results, attempts } = run;
  const saidBefore = lastProgress(run);
  const definition = definitionOf(event, resolve);
  // It was accepted when its type had other stages. What would come of it otherwise is a result that no handler has given.
  const isKnown = definition.stages.includes(stage) || (stage === ON_CANCEL && Object.hasOwn(definition.timeoutsMs, stage));
  if (!isKnown) throw new UnknownTypeError(definition.type, stage);
  // Field by field: to spread some, and to add others to them, took longer than the call.
  const { fetch, dataDirectory, services: lent } = services;
  const idempotencyKey = `${ownerId(event)}/${event.run}/${stage}`;
  const emitter = openEmitter(run, idempotencyKey);
  const work = (stop: Stop): unknown => {
    const context = withSignal({
      fetch,
      dataDirectory,
      services: lent,
      [STOP]: stop,
      stage,
      state,
      attempt: attempts[stage] ?? 1,
      idempotencyKey,
      heartbeat,
      lastProgress: saidBefore,
      log: {
        info: (message, fields) => log('info', message, fields),
        warn: (message, fields) => log('warn', message, fields),
        error: (message, fields) => log('error', message, fields),
      },
      emit: emitter.emit,
    } satisfies Omit<HandlerContext, 'signal'> & WithStop);
    const call = (): unknown => definition.run(stage, event, results, context);
    // Without middleware a handler that gives its result at once needs no promise.
    const handle = use === undefined || use.length === 0 ? call : (): unknown => callWith(use, event, context, call);
    return strays === undefined ? handle() : strays.during(stop.cut, handle);
  };
  const value = await withTimeout(timeoutMs, signal, work, waitsForHandlers);
  // Of those that may share a workflow also alone: whether an event does is the load's doing.
  const hasLittleRoom = isShared || definition.coalesce;
  const kept = toKeptJson(value, hasLittleRoom ? MAX_SHARED_RESULT_BYTES : MAX_RESULT_BYTES);
  return { value: kept, added: await emitter.accept(hasLittleRoom) };
}

const STOP = Symbol('stop');

interface WithStop {
  readonly [STOP]: Stop;
}

// One getter for all: with one of its own, each context had a hidden class of its own, which cost more than all else that is
// made for a call. It is the context's own property nevertheless, so that a copy of a context has a signal, too.
const SIGNAL = {
  enumerable: true,
  get(this: WithStop): AbortSignal {
    return this[STOP].signal;
  },
};

function withSignal<Context extends WithStop>(context: Context): Context & { readonly signal: AbortSignal } {
  return Object.defineProperty(context, 'signal', SIGNAL) as Context & { readonly signal: AbortSignal };
}

/** @throws UnknownTypeError for a type that this process lacks: another one may know it */
export function definitionOf({ type, plan }: EventRun['event'], resolve: AttemptStageDependencies['resolve']): EventDefinition {
  const name = plan.definition ?? type;
  const definition = resolve(name);
  if (definition === undefined) throw new UnknownTypeError(name);
  return definition;
}
