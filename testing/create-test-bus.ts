import type { AcceptedEvent } from '../domain/accepted-event.ts';
import { createCatalog } from '../domain/catalog.ts';
import type { DefinedEvent, HandlerLog } from '../domain/define-event.ts';
import type { EventError } from '../domain/event-error.ts';
import { acceptRun, isEnded } from '../domain/event-run.ts';
import type { EventRun } from '../domain/event-run.ts';
import { NOTHING_SAID } from '../domain/handled-event.ts';
import type { HandlerServices, Services } from '../domain/handler-services.ts';
import { recordOutcome } from '../domain/run-outcome.ts';
import { toRunPlan } from '../domain/run-plan.ts';
import { applyChange } from '../domain/state-change.ts';
import type { Tier } from '../domain/tier.ts';
import { createAdvance } from '../handlers/advance.ts';
import { createAnswer } from '../handlers/answer.ts';

export interface TestBusOptions {
  readonly events: readonly DefinedEvent[];
  /** What handlers are lent; a test's own. */
  readonly services?: Partial<Services>;
  /** What handlers fetch with; without it, fetching fails. */
  readonly fetch?: HandlerServices['fetch'];
}

export interface TestRunOptions {
  readonly id?: string;
  readonly tier?: Tier;
  /** Of a type with subjects: the one that processes it, and whose state it changes. */
  readonly subject?: string;
}

/** What became of an event, as the service would show it. */
export interface TestRun<Results> {
  readonly status: 'completed' | 'failed';
  /** By the names of the stages; null where it has failed. */
  readonly result: Results | null;
  readonly error: EventError | null;
  readonly attempts: Readonly<Record<string, number>>;
  /** What its handlers have logged, in order. */
  readonly log: readonly {
    readonly level: keyof HandlerLog;
    readonly message: string;
    readonly fields: Readonly<Record<string, unknown>>;
  }[];
}

export interface TestBus {
  /**
   * Has an event handled as the service does, in memory. Whatever it waits for before it is tried again takes no time.
   * @throws Error where its type doesn't take the data
   */
  run<Data, Results>(event: DefinedEvent<string, Data, Results>, data: NoInfer<Data>, options?: TestRunOptions): Promise<TestRun<Results>>;
  /** A subject's state as readers see it; null before its first event. */
  subject(type: string, id: string): unknown;
}

const TENANT = 'default';

/** Handles events in memory, with the same retries, timeouts and bounds as the service has. */
export function createTestBus({ events, services = {}, fetch = cannotFetch }: TestBusOptions): TestBus {
  const catalog = createCatalog(events);
  const answer = createAnswer(catalog);
  // What waits goes on at once: the clock goes forward by as much.
  let aheadMs = 0;
  const now = (): number => Date.now() + aheadMs;
  const advance = createAdvance({
    resolve: catalog.find,
    services: { fetch, dataDirectory: '.tickless', services: services as Services },
    now,
    monotonicMs: now,
  });
  const states = new Map<string, { readonly version: number; readonly state: unknown; readonly updatedAtMs: number }>();
  let count = 0;

  return {
    async run<Data, Results>(definition: DefinedEvent<string, Data, Results>, data: NoInfer<Data>, options: TestRunOptions = {}) {
      const { type } = definition;
      const envelope = { type, data };
      const accepted = await answer({ kind: 'accept', type, tenant: TENANT, envelope });
      if (!accepted.ok)
        throw new Error(`"${type}" takes no such data: ${accepted.faults.map(({ pointer, detail }) => `${pointer} ${detail}`).join('; ')}`);
      count += 1;
      const { subject = null } = options;
      const subjectType = subject === null ? undefined : definition.subject?.type;
      const event: AcceptedEvent = {
        ...NOTHING_SAID,
        id: options.id ?? `test-${count}`,
        ownId: options.id ?? null,
        run: 1,
        type,
        subject,
        time: new Date(now()).toISOString(),
        data: accepted.data,
        tier: options.tier ?? accepted.tier,
        urgency: accepted.urgency,
        tenant: TENANT,
        acceptedAtMs: now(),
        delayMs: 0,
        callback: null,
        plan: toRunPlan(definition, { type, limits: [], subjectType }),
      };
      const { run, log } = await advanceToEnd(
        acceptRun(event),
        subjectType === undefined || subject === null ? null : { type: subjectType, id: subject },
      );
      const { phase, results, attempts } = run;
      return {
        status: phase.status === 'completed' ? ('completed' as const) : ('failed' as const),
        result: phase.status === 'completed' ? ({ meaning: null, decision: null, action: null, ...results } as Results) : null,
        error: phase.status === 'failed' ? phase.error : null,
        attempts,
        log,
      };
    },

    subject(type, id) {
      const known = states.get(`${type}/${id}`);
      return known === undefined ? null : (catalog.findSubject(type)?.show(known.state) ?? null);
    },
  };

  async function advanceToEnd(accepted: EventRun, key: { readonly type: string; readonly id: string } | null) {
    const log: TestRun<unknown>['log'][number][] = [];
    const { signal } = new AbortController();
    let run = accepted;
    while (!isEnded(run.phase)) {
      const name = key === null ? '' : `${key.type}/${key.id}`;
      const before = states.get(name) ?? { version: 0, state: null, updatedAtMs: null };
      const subject = key === null ? null : { key: { ...key, tenant: TENANT }, ...before };
      const { runs, change } = await advance(
        { runs: [run], atOnce: 1, inOrder: subject !== null, goOn: 'until-it-waits', bounds: null, subject },
        {
          signal,
          tell: (told) => void (told.kind === 'log' && log.push({ level: told.level, message: told.message, fields: told.fields ?? {} })),
        },
      );
      const [one] = runs;
      if (one?.kind !== 'advanced') throw new Error(`nothing became of "${run.event.id}"`);
      run = recordOutcome(run, one.outcome);
      if (change !== null) states.set(name, { version: before.version + 1, state: applyChange(before.state, change), updatedAtMs: now() });
      if (run.phase.status === 'waiting' && run.phase.waiting.reason === 'retry') aheadMs += Math.max(0, run.phase.waiting.untilMs - now());
    }
    return { run, log };
  }
}

function cannotFetch(): Promise<never> {
  return Promise.reject(new Error('nothing can be fetched in this test: createTestBus({ fetch })'));
}
