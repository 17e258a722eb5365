import type { AcceptedEvent } from '../domain/accepted-event.ts';
import type { HandlerLog } from '../domain/define-event.ts';
import { acceptRun, isPastStages } from '../domain/event-run.ts';
import type { EventRun } from '../domain/event-run.ts';
import { recordOutcome } from '../domain/run-outcome.ts';
import { applyChange } from '../domain/state-change.ts';
import type { SubjectKey } from '../domain/subject-id.ts';
import type { Advance } from '../handlers/advance.ts';
import { toPlainFields } from '../handlers/plain-fields.ts';
import type { ErrorTrace } from '../handlers/stage-failure.ts';
import { asRecorded } from './as-recorded.ts';
import { callHandlers } from './call-handlers.ts';
import { createInTurn } from './in-turn.ts';
import { NotGivenError } from './not-given-error.ts';
import type { VirtualClock } from './virtual-clock.ts';

export interface LogLine {
  readonly level: keyof HandlerLog;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface EndedRun {
  readonly run: EventRun;
  /** What its handlers have logged, in order. */
  readonly log: readonly LogLine[];
  /** What its handlers have emitted, in order. */
  readonly emitted: readonly AcceptedEvent[];
}

export interface Runs {
  /**
   * Has an event handled, and tried again, until its run has ended; where time is skipped, all that has followed from it too.
   * @throws NotGivenError
   */
  runToEnd(event: AcceptedEvent): Promise<EndedRun>;
  /** Of a subject; undefined before its first event. */
  stateOf(key: SubjectKey): unknown;
}

interface KnownState {
  readonly version: number;
  readonly state: unknown;
  readonly updatedAtMs: number | null;
}

/** What handlers leave on the way. */
interface Left {
  readonly log: LogLine[];
  readonly emitted: AcceptedEvent[];
}

export interface RunsDependencies {
  readonly advance: Advance;
  readonly clock: VirtualClock;
  /** Waits end at once: what follows from an event, perhaps later, begins when it has ended, so that it finds its own time. */
  readonly skipsTime: boolean;
}

/** Runs events as a workflow does, with the states of subjects kept in memory. */
export function createRuns({ advance, clock, skipsTime }: RunsDependencies): Runs {
  const states = new Map<string, KnownState>();
  const inTurn = createInTurn(clock);

  async function runToEnd(event: AcceptedEvent): Promise<EndedRun> {
    const { tenant, subject, plan, delayMs } = event;
    if (delayMs > 0) await clock.wait(delayMs);
    const log: LogLine[] = [];
    const emitted: AcceptedEvent[] = [];
    const run = await runStages(acceptRun(event));
    const ended = await callHandlers(run, { advanceToEnd: (part) => advanceToEnd(part, null, { log, emitted }), now: clock.now });
    if (skipsTime) for (const followUp of emitted) await runToEnd(followUp);
    return { run: ended, log, emitted };

    function runStages(run: EventRun): Promise<EventRun> {
      if (plan.subjectType === undefined || subject === null) return advanceToEnd(run, null, { log, emitted });
      const key = { tenant, type: plan.subjectType, id: subject };
      return inTurn(nameOf(key), () => advanceToEnd(run, key, { log, emitted }));
    }
  }

  /** Until it has ended, or is at its handlers. */
  async function advanceToEnd(given: EventRun, key: SubjectKey | null, { log, emitted }: Left): Promise<EventRun> {
    const { signal } = new AbortController();
    let run = given;
    while (!isPastStages(run.phase)) {
      const before = (key && states.get(nameOf(key))) ?? { version: 0, state: null, updatedAtMs: null };
      const subject = key && { key, ...before };
      // The service sends this to another process as JSON. A handler that changes its event must not change what the next attempt gets.
      const due = asRecorded({ runs: [run], atOnce: 1, inOrder: key !== null, goOn: 'until-it-waits' as const, bounds: null, subject });
      const { runs, change } = await advance(due, {
        signal,
        tell: (told) =>
          void (told.kind === 'log' && log.push({ level: told.level, message: told.message, fields: toPlainFields(told.fields) ?? {} })),
      });
      const [one] = runs;
      if (one?.kind !== 'advanced') throw new Error(`nothing became of "${given.event.id}"`);
      refuseWhatIsNotGiven(one.trace);
      run = recordOutcome(run, one.outcome);
      for (const followUp of one.outcome.emitted ?? []) {
        emitted.push(followUp);
        // Whoever runs the first event doesn't wait for this one; where it uses what the test doesn't give, its rejection says so.
        if (!skipsTime) void clock.during(() => runToEnd(followUp));
      }
      if (key !== null && change !== null) {
        states.set(nameOf(key), { version: before.version + 1, state: applyChange(before.state, change), updatedAtMs: clock.now() });
      }
      const { phase } = run;
      if (phase.status === 'waiting' && phase.waiting.reason === 'retry') await clock.wait(phase.waiting.untilMs - clock.now());
    }
    return run;
  }

  return { runToEnd, stateOf: (key) => states.get(nameOf(key))?.state };
}

function nameOf({ tenant, type, id }: SubjectKey): string {
  return `${tenant}/${type}/${id}`;
}

/** @throws NotGivenError where the attempt failed by one, which it may have wrapped in an error of its own */
function refuseWhatIsNotGiven(trace: ErrorTrace | null): void {
  for (let cause = trace; cause !== null; cause = cause.cause)
    if (cause.name === NotGivenError.name) throw new NotGivenError(cause.message);
}
