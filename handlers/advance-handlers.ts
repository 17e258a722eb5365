import type { HandlerPlan } from '../domain/accepted-event.ts';
import { endStages, isAtHandlers, isEnded, nextStage, stateOf } from '../domain/event-run.ts';
import type { EventRun } from '../domain/event-run.ts';
import { completeHandlers, dueInline, handlerRun, isAwaited, recordHandler } from '../domain/handler-runs.ts';
import { outcomeOf, recordOutcome } from '../domain/run-outcome.ts';
import type { RunOutcome } from '../domain/run-outcome.ts';
import type { Advance } from './advance.ts';
import type { Advanced, AdvancedRun, Due, Port, Told } from './advance-port.ts';
import { Stopped } from './stopped.ts';

/** A handler that is to be called for one of the runs. */
interface Called {
  readonly index: number;
  readonly handler: HandlerPlan;
}

/**
 * Advances runs as `advance` does, and then has the quick handlers of those whose stages are complete called, all at the same time but
 * for those that come after another. Each is a run of its own to `advance`, so that one that fails, waits or ends its process does so
 * for itself alone. A run with a handler that isn't complete then is left as it stands, for its workflow to go on with.
 */
export function advanceHandlers(advance: Advance, now: () => number = Date.now): Advance {
  return async function advanceWithHandlers(due, port) {
    // A subject's event is handed to its handlers once it is recorded, and a stage on a worker is recorded by itself.
    if (due.subject !== null || due.goOn === 'one-attempt') return advance(due, port);
    const stages = await advanceStages(due, port);
    const runs = due.runs.map((run, index): EventRun => {
      const one = stages.runs[index];
      return one?.kind === 'advanced' ? withEmitted(recordOutcome(run, one.outcome), one.outcome) : run;
    });
    if (!runs.some((run) => dueInline(run).length > 0)) return stages;
    await callAll(runs.flatMap((_, index) => begin(index)));
    const advanced = stages.runs.map((one, index): AdvancedRun | null => {
      const [given, run] = [due.runs[index], runs[index]];
      if (one?.kind !== 'advanced' || given === undefined || run === undefined) return one;
      return { ...one, outcome: outcomeOf(given, completeHandlers(run, now())) };
    });
    return { ...stages, runs: advanced };

    /** Those of a run that may be called now and haven't been, which they are from here on. */
    function begin(index: number): readonly Called[] {
      const run = runs[index];
      if (run === undefined) return [];
      const called = dueInline(run).map((handler) => ({ index, handler }));
      // Should nothing be heard of one, as at a shutdown, it is on record as begun.
      for (const { handler } of called)
        note(index, handler.name, { ...handlerRun(run, handler), phase: { status: 'running', stage: handler.name } });
      return called;
    }

    /** One that another comes after is called by itself, so that the other has to wait for nobody else. */
    async function callAll(called: readonly Called[]): Promise<void> {
      const isBefore = ({ index, handler }: Called): boolean => {
        const run = runs[index];
        return run !== undefined && isAwaited(run, handler.name);
      };
      const together = called.filter((one) => !isBefore(one));
      await Promise.all([call(together), ...called.filter(isBefore).map((one) => callBefore(one))]);
    }

    async function callBefore(one: Called): Promise<void> {
      await call([one]);
      await callAll(begin(one.index));
    }

    async function call(called: readonly Called[]): Promise<void> {
      if (called.length === 0) return;
      const parts = called.map(({ index, handler }) => toHandlerRun(runs[index], handler));
      const hasOwnRoom = due.runs.length === 1 && due.bounds === null;
      const part: Due = { ...due, runs: parts, atOnce: parts.length, inOrder: false, bounds: null, hasOwnRoom };
      const { runs: ones } = await advance(part, { signal: port.signal, tell: (told) => tell(called, told) }).catch(leftAtShutdown);
      for (const [place, { index, handler }] of called.entries()) {
        const [before, one] = [parts[place], ones[place]];
        if (before === undefined || one?.kind !== 'advanced') continue;
        note(index, handler.name, recordOutcome(before, one.outcome));
        const run = runs[index];
        if (run !== undefined) runs[index] = withEmitted(run, one.outcome);
      }
    }

    /** What the stages have come to is kept: its workflow goes on with handlers that were cut off. */
    function leftAtShutdown(error: unknown): Pick<Advanced, 'runs'> {
      if (error instanceof Stopped && error.reason === 'shutdown') return { runs: [] };
      throw error;
    }

    function tell(called: readonly Called[], told: Told): void {
      const one = called[told.index];
      if (one === undefined) return;
      if (told.kind === 'log' || told.kind === 'failed') port.tell({ ...told, index: one.index });
      else if (told.kind === 'run') {
        // What it has emitted is its outcome's to tell.
        const { emitted: _outcome, ...state } = told.state;
        note(one.index, one.handler.name, { ...toHandlerRun(runs[one.index], one.handler), ...state });
        const run = runs[one.index];
        if (run !== undefined) port.tell({ kind: 'run', index: one.index, state: stateOf(run) });
      }
    }

    function note(index: number, name: string, part: EventRun): void {
      const run = runs[index];
      if (run !== undefined) runs[index] = recordHandler(run, name, stateOf(part));
    }
  };

  /** Runs that have no stage left needn't go anywhere for that. */
  async function advanceStages(due: Due, port: Port): Promise<Advanced> {
    if (due.runs.some((run) => nextStage(run) !== null || isEnded(run.phase))) return advance(due, port);
    const runs = due.runs.map((run): AdvancedRun => ({ kind: 'advanced', outcome: outcomeOf(run, endStages(run, now())), trace: null }));
    return { runs, change: null };
  }
}

/** The event's run, which tells of what its stages and its handlers have emitted. */
function withEmitted(run: EventRun, { emitted = [] }: RunOutcome): EventRun {
  return emitted.length === 0 ? run : { ...run, emitted: [...(run.emitted ?? []), ...emitted] };
}

function toHandlerRun(run: EventRun | undefined, handler: HandlerPlan): EventRun {
  if (run === undefined || !isAtHandlers(run.phase))
    throw new Error(`the handler "${handler.name}" is called for no run that is at its handlers`);
  return handlerRun(run, handler);
}
