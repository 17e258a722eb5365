import { changeOf } from '../domain/state-change.ts';
import type { AcceptedEvent } from '../domain/accepted-event.ts';
import { createCatalog } from '../domain/catalog.ts';
import { definitionsIn } from '../domain/event-source.ts';
import type { EventSource } from '../domain/event-source.ts';
import type { DefinedEvent } from '../domain/define-event.ts';
import type { EventError } from '../domain/event-error.ts';
import { shownHandlers, shownResults } from '../domain/event-resource.ts';
import type { EventResource } from '../domain/event-resource.ts';
import { resolveIn } from '../domain/handler-definition.ts';
import { handlersIn } from '../domain/handler-source.ts';
import type { HandlerSource } from '../domain/handler-source.ts';
import type { HandlerServices, Services } from '../domain/handler-services.ts';
import type { Middleware } from '../domain/middleware.ts';
import { frozenMiddleware } from '../handlers/frozen-middleware.ts';
import { createAcceptFollowUps } from '../handlers/accept-follow-ups.ts';
import { createAdvance } from '../handlers/advance.ts';
import { createAnswer } from '../handlers/answer.ts';
import { failureText } from '../handlers/failure-text.ts';
import { createOpenEmitter } from '../handlers/create-open-emitter.ts';
import { ACCEPT_SETTINGS, createAcceptEvent, TENANT } from './accept-event.ts';
import type { TestRunOptions } from './accept-event.ts';
import { keepTogether } from './advance.ts';
import { asRecorded } from './as-recorded.ts';
import { cannotFetch } from './cannot-fetch.ts';
import { createRuns } from './create-runs.ts';
import type { LogLine } from './create-runs.ts';
import { lendServices } from './lend-services.ts';
import { TEST_DATA_DIRECTORY } from './test-data-directory.ts';
import { createVirtualClock } from './virtual-clock.ts';

export interface TestBusOptions {
  /** Definitions, and modules or lists that have some. */
  readonly events: readonly EventSource[];
  /** What `on(…)` gives, as in a config. */
  readonly handlers?: readonly HandlerSource[];
  /** What handlers are lent; a test's own. A run whose handler uses another is rejected, and the error names it. */
  readonly services?: Partial<Services>;
  /** Runs around each call of a stage, the first outermost, as in a config. */
  readonly use?: readonly Middleware[];
  /** What handlers fetch with; without it, a run whose handler fetches is rejected. */
  readonly fetch?: HandlerServices['fetch'];
  /** Where handlers may keep files; default: a folder of this process's among those for temporary files. */
  readonly dataDirectory?: string;
  /** Where the clock of the bus begins, in milliseconds since 1970; default: now. Only waits and `advance` move it. */
  readonly nowMs?: number;
  /**
   * An event's `delayMs` and the waits between its attempts end at once, and move the clock on by as much. With `false` they end when
   * `advance` has moved the clock that far. Default: true.
   */
  readonly timeSkipping?: boolean;
}

/** What became of an event, as the service would show it. */
export interface TestRun<Results> {
  /** `partial` where all of its stages are complete, and some of its handlers aren't. */
  readonly status: 'completed' | 'partial' | 'failed';
  /** By the names of the stages; null where it has failed. */
  readonly result: Results | null;
  readonly error: EventError | null;
  readonly attempts: Readonly<Record<string, number>>;
  /** By their names; empty where its type has none. */
  readonly handlers: EventResource['handlers'];
  /** What its handlers have emitted, in order. */
  readonly emitted: readonly EmittedEvent[];
  /** What its handlers have logged, in order. */
  readonly log: readonly LogLine[];
}

/** A follow-up, with its data as its own handlers get it. */
export type EmittedEvent = Pick<AcceptedEvent, 'id' | 'type' | 'data' | 'subject' | 'delayMs'>;

export interface TestBus {
  /**
   * Has an event handled as the service does, in memory, to its end, and then what has followed from it. With `timeSkipping: false` that
   * isn't waited for: it begins at once, and goes on as `advance` moves the clock.
   * @throws Error where the service would refuse it, or its handler uses what the test doesn't give
   */
  run<Data, Results>(event: DefinedEvent<string, Data, Results>, data: NoInfer<Data>, options?: TestRunOptions): Promise<TestRun<Results>>;
  /** A subject's state as readers see it; null before its first event. */
  subject(type: string, id: string, tenant?: string): unknown;
  /** Milliseconds since 1970, by the time of the bus. */
  now(): number;
  /**
   * Lets `ms` milliseconds pass on the bus. What is due by then is done, in the order of time, before it resolves.
   * @throws RangeError where `ms` isn't 0 or more, or is infinite
   */
  advance(ms: number): Promise<void>;
}

/** Handles events in memory, with the same retries, timeouts and bounds as the service has. It opens nothing, and needs no end. */
export function createTestBus(options: TestBusOptions): TestBus {
  const { events, services = {}, use = [], fetch = cannotFetch('createTestBus'), dataDirectory = TEST_DATA_DIRECTORY } = options;
  const catalog = createCatalog(definitionsIn(events, "the bus's events"), [], handlersIn(options.handlers ?? [], "the bus's handlers"));
  const skipsTime = options.timeSkipping ?? true;
  const clock = keepTogether(createVirtualClock({ nowMs: options.nowMs ?? Date.now(), skipsTime }));
  const acceptEvent = createAcceptEvent(catalog, clock.now);
  const acceptFollowUps = createAcceptFollowUps({ catalog, answer: createAnswer(catalog), settings: ACCEPT_SETTINGS, now: clock.now });
  const advance = createAdvance({
    changeOf,
    resolve: resolveIn(catalog),
    services: { fetch, dataDirectory, services: lendServices(services, 'createTestBus') },
    use: frozenMiddleware(use),
    openEmitter: createOpenEmitter(acceptFollowUps),
    now: clock.now,
    monotonicMs: clock.now,
    textOf: failureText,
    pause: clock.wait,
  });
  const { runToEnd, stateOf } = createRuns({ advance, clock, skipsTime });

  async function run<Data, Results>(
    definition: DefinedEvent<string, Data, Results>,
    data: Data,
    said: TestRunOptions = {},
  ): Promise<TestRun<Results>> {
    const { run, log, emitted } = await runToEnd(await acceptEvent(definition, data, said));
    const { phase, attempts } = run;
    return {
      status: phase.status === 'completed' || phase.status === 'partial' ? phase.status : ('failed' as const),
      result: phase.status === 'failed' ? null : (shownResults(run) as Results),
      error: phase.status === 'failed' ? phase.error : null,
      attempts,
      handlers: shownHandlers(run),
      emitted: emitted.map(({ id, type, data, subject, delayMs }) => ({ id, type, data, subject, delayMs })),
      log,
    };
  }

  return {
    run: (definition, data, said) => clock.during(() => run(definition, data, said)),

    subject(type, id, tenant = TENANT) {
      const state = stateOf({ tenant, type, id });
      return state === undefined ? null : asRecorded(catalog.findSubject(type)?.show(state));
    },

    now: clock.now,
    advance: clock.advance,
  };
}
