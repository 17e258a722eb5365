import type { StageFailure } from '../domain/event-error.ts';
import type { EventRun, KeptProgress } from '../domain/event-run.ts';
import type { RunOutcome } from '../domain/run-outcome.ts';
import type { StateChange } from '../domain/state-change.ts';
import type { Stage } from '../domain/stage.ts';
import type { Subject } from '../domain/subject.ts';
import type { ErrorTrace } from './stage-failure.ts';

/**
 * What crosses between whoever has runs advanced and where handlers run: plain data both ways, all of which survives
 * `structuredClone`, so that the two may be two processes.
 */
export interface Due {
  readonly runs: readonly DueRun[];
  /** So many of them run at the same time, begun in their order. */
  readonly atOnce: number;
  /** Nothing overtakes a run that waits: it, and all after it, are left as they are. */
  readonly inOrder: boolean;
  /** Each run goes on until it has ended or waits; or for one attempt of one stage, where each is recorded by itself. */
  readonly goOn: 'until-it-waits' | 'one-attempt';
  /**
   * No other run is begun after so long, or once the outcomes have so many bytes, since there is more to come in the same history; null
   * where all are.
   */
  readonly bounds: { readonly ms: number; readonly bytes: number | null } | null;
  /** What each comes to may be as large as that of one by itself, though it isn't. */
  readonly hasOwnRoom?: boolean;
  /** The service's own process has ended with them again and again: each is advanced in a process where nobody else has ever been. */
  readonly isSuspect?: boolean;
  /** The state that all of the runs change, one after the other. */
  readonly subject: Pick<Subject, 'key' | 'version' | 'state' | 'updatedAtMs'> | null;
}

export interface DueRun extends EventRun {
  /** It is not run if its subject has any other version when its turn comes. */
  readonly expectedVersion?: number;
}

/** What became of a run. */
export type AdvancedRun =
  | {
      readonly kind: 'advanced';
      readonly outcome: RunOutcome;
      /** Where its last attempt failed, for people: it is kept nowhere but in logs and in the engine's own pages. */
      readonly trace: ErrorTrace | null;
    }
  /** Its subject had another version than it expected. */
  | { readonly kind: 'stale'; readonly version: number };

export interface Advanced {
  /** One for each run, in their order; null for one that was not begun. */
  readonly runs: readonly (AdvancedRun | null)[];
  /** Of the subject's state. */
  readonly change: StateChange | null;
}

/** What is told meanwhile. `index` is the run's among those that are due. */
export type Told =
  /** A run as it stands, before anybody has it on record. */
  | { readonly kind: 'run'; readonly index: number; readonly state: Omit<EventRun, 'event'> }
  /** What its handler says of its progress, within bounds. */
  | { readonly kind: 'progress'; readonly index: number; readonly progress: KeptProgress | null }
  | {
      readonly kind: 'log';
      readonly index: number;
      /** Absent for what no handler has said. */
      readonly stage?: Stage;
      /** Of that stage, from 1. */
      readonly attempt?: number;
      readonly level: 'info' | 'warn' | 'error';
      readonly message: string;
      readonly fields: Readonly<Record<string, unknown>> | undefined;
    }
  /** An attempt that has failed, for the log: what follows from it is told by its run. */
  | {
      readonly kind: 'failed';
      readonly index: number;
      /** Of the stage that it says, from 1; 0 for one that had no time. */
      readonly attempt: number;
      readonly failure: Pick<StageFailure, 'error'>;
      /** Null where no error was thrown. */
      readonly trace: ErrorTrace | null;
    };

export interface Port {
  tell(told: Told): void;
  /** Called when handlers may begin from now on, and not before; where the signal has aborted by then, never. */
  begun?(): void;
  /** Aborts with a `Stopped` when handlers are to stop. */
  readonly signal: AbortSignal;
}
