import type { HandlerContext } from './define-event.ts';
import type { HandledEvent } from './handled-event.ts';
import { faultOfStages } from './stage.ts';
import type { Stage } from './stage.ts';

/** Does the work of a stage. Results and states come back from the engine as unknown: what they are was checked where the type was declared. */
export type StageHandler = (event: HandledEvent, results: Readonly<Record<Stage, unknown>>, context: HandlerContext) => unknown;

type FirstStage = (event: HandledEvent, context: HandlerContext) => unknown;
type LaterStage = (event: HandledEvent, before: unknown, context: HandlerContext) => unknown;

/** A type's stages as its definition writes them, in one of three ways. */
interface WrittenStages {
  readonly type: string;
  readonly meaning?: FirstStage;
  readonly decision?: LaterStage;
  readonly action?: LaterStage;
  readonly handler?: FirstStage;
  readonly stages?: readonly unknown[];
}

/**
 * The stages of a type, in their order. Each is given the result of the one before it, and null where there is none.
 * @throws Error when they can't be a type's, naming the type
 */
export function toStageHandlers({ type, stages, handler, ...usual }: WrittenStages): ReadonlyMap<Stage, StageHandler> {
  const { meaning, decision, action } = usual;
  if (stages !== undefined) {
    if ([handler, meaning, decision, action].some((other) => other !== undefined)) {
      throw new Error(`event type "${type}" has stages with names of its own, and a handler, meaning, decision or action besides`);
    }
    return toNamedHandlers(type, stages);
  }
  if (handler !== undefined) return new Map([['action', (event, _results, context) => handler(event, context)]]);
  const handlers = new Map<Stage, StageHandler>();
  if (meaning) handlers.set('meaning', (event, _results, context) => meaning(event, context));
  if (decision) handlers.set('decision', (event, results, context) => decision(event, results['meaning'] ?? null, context));
  if (action) handlers.set('action', (event, results, context) => action(event, results['decision'] ?? null, context));
  return handlers;
}

function toNamedHandlers(type: string, stages: readonly unknown[]): ReadonlyMap<Stage, StageHandler> {
  if (!areNamedStages(stages)) throw new Error(`event type "${type}" needs its stages as a list of [name, function]`);
  const fault = faultOfStages(stages.map(([name]) => name));
  if (fault !== null) throw new Error(`event type "${type}" ${fault}`);
  return new Map(
    stages.map(([name, run], index): [Stage, StageHandler] => {
      const before = stages[index - 1]?.[0];
      return [name, (event, results, context) => run(event, before === undefined ? null : (results[before] ?? null), context)];
    }),
  );
}

function areNamedStages(stages: unknown): stages is readonly (readonly [name: Stage, run: LaterStage])[] {
  return (
    Array.isArray(stages) &&
    stages.every((stage: unknown) => Array.isArray(stage) && typeof stage[0] === 'string' && typeof stage[1] === 'function')
  );
}
