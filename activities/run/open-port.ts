import { CancelledFailure } from '@temporalio/common';
import type { WorkflowReference } from '../../domain/event-resource.ts';
import type { EventRun } from '../../domain/event-run.ts';
import type { Port } from '../../handlers/advance-port.ts';
import { Stopped } from '../../handlers/stopped.ts';
import type { Surroundings } from '../surroundings.ts';
import { logFailure, logLine } from './run-log.ts';
import type { RunLog } from './run-log.ts';

/** Told of every change that an attempt makes to its run, as it happens and before it is recorded. */
export type ObserveRun = (run: EventRun, workflow: WorkflowReference) => void;

export interface PortOptions {
  /** Those that are due, in their order. */
  readonly runs: readonly EventRun[];
  readonly surroundings: Pick<Surroundings, 'signal' | 'withdrawal'>;
  readonly log: RunLog;
  readonly onRun: (run: EventRun) => void;
  /** The same, where it is its progress that has changed. */
  readonly onProgress?: (run: EventRun) => void;
}

/** An activity's end of the port by which it has runs advanced. */
export function openPort({ runs, surroundings: { signal, withdrawal }, log, onRun, onProgress }: PortOptions): Port {
  const latest = [...runs];
  return {
    signal: toStopped(signal),
    ...(withdrawal && { begun: withdrawal.begun }),
    tell(told) {
      const before = latest[told.index];
      if (before === undefined) return;
      if (told.kind === 'log') return logLine(log, before.event, told);
      if (told.kind === 'failed') return logFailure(log, before.event, told);
      const run = told.kind === 'run' ? { event: before.event, ...told.state } : { ...before, progress: told.progress };
      latest[told.index] = run;
      onRun(run);
      if (told.kind === 'progress') onProgress?.(run);
    },
  };
}

/** The activity's signal, in the words of those who know nothing of the engine. */
function toStopped(outer: AbortSignal): AbortSignal {
  const inner = new AbortController();
  const stop = (): void => inner.abort(new Stopped(isShutdown(outer.reason) ? 'shutdown' : 'cancelled'));
  if (outer.aborted) stop();
  else outer.addEventListener('abort', stop, { once: true });
  return inner.signal;
}

function isShutdown(reason: unknown): boolean {
  return reason instanceof CancelledFailure && reason.message === 'WORKER_SHUTDOWN';
}

/**
 * What an activity does when what it had begun is told to stop: it ends as the engine's own signal says.
 * @throws the signal's reason, or the error as it was
 */
export function throwStopped(error: unknown, { signal }: Pick<Surroundings, 'signal'>): never {
  throw error instanceof Stopped && signal.aborted ? signal.reason : error;
}
