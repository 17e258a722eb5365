import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HandlerPlan } from '../../../domain/accepted-event.ts';
import { recordSuccess } from '../../../domain/attempt.ts';
import { toEventResource } from '../../../domain/event-resource.ts';
import {
  acceptRun,
  beforeRecord,
  beginAttempt,
  endRun,
  endStages,
  isAtHandlers,
  isEnded,
  refusalToCancel,
  stateOf,
  wait,
  waitFromNow,
} from '../../../domain/event-run.ts';
import type { EndedPhase, EventRun } from '../../../domain/event-run.ts';
import {
  completeHandlers,
  dueHandlers,
  dueInline,
  failedHandlers,
  handlerRun,
  isAwaited,
  recordHandler,
  settleHandlers,
} from '../../../domain/handler-runs.ts';
import { DEFAULT_RETRY_POLICY } from '../../../domain/retry-policy.ts';
import { acceptedEvent, eventError, lightPlan, NOON_MS } from './event-samples.ts';

const plan = (name: string, fields: Partial<HandlerPlan> = {}): HandlerPlan => ({
  name,
  weight: 'light',
  retry: DEFAULT_RETRY_POLICY,
  timeoutMs: 10_000,
  ...fields,
});

function atHandlers(handlers: readonly HandlerPlan[], fields: Parameters<typeof acceptedEvent>[0] = {}): EventRun {
  return endStages(acceptRun(acceptedEvent({ plan: { ...lightPlan, stages: [], handlers }, ...fields })), NOON_MS);
}

function ended(run: EventRun, handler: HandlerPlan, status: EndedPhase['status']): EventRun {
  const phase: EndedPhase = status === 'failed' ? { status, endedAtMs: NOON_MS, error: eventError() } : { status, endedAtMs: NOON_MS };
  return recordHandler(run, handler.name, stateOf(endRun(handlerRun(run, handler), phase)));
}

/** Handlers of which each may come after some of those before it, and what each comes to. */
const graph = fc
  .array(
    fc.record({
      after: fc.array(fc.nat(7), { maxLength: 3 }),
      weight: fc.constantFrom('light', 'heavy'),
      end: fc.constantFrom('completed', 'completed', 'failed', 'cancelled'),
      takes: fc.boolean(),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((entries) =>
    entries.map(({ after, ...rest }, index) => ({
      ...rest,
      name: `h${index}`,
      after: [...new Set(after.filter((before) => before < index).map((before) => `h${before}`))],
    })),
  );

describe('handlers of an event', () => {
  it('are each called once, after those that they come after, and lead to one verdict, in whatever order they end', () => {
    fc.assert(
      fc.property(graph, fc.array(fc.nat()), (entries, picks) => {
        const plans = entries.map(({ name, after, weight }) =>
          plan(name, { weight: weight as 'light', ...(after.length > 0 && { after }) }),
        );
        const taking = entries.filter(({ takes }) => takes).map(({ name }) => name);
        let run = atHandlers(plans, { takenBy: taking.map((name) => ({ name })) });
        const called: string[] = [];
        const completed: string[] = [];
        let turn = 0;
        for (let due = uncalled(); due.length > 0; due = uncalled()) {
          const next = due[(picks[turn] ?? 0) % due.length];
          turn += 1;
          if (next === undefined) break;
          const { end = 'completed', after = [] } = entries.find(({ name }) => name === next.name) ?? {};
          expect(after.filter((name) => taking.includes(name) && !completed.includes(name))).toEqual([]);
          called.push(next.name);
          if (end === 'completed') completed.push(next.name);
          run = ended(run, next, end);
        }
        const settled = settleHandlers(run, NOON_MS + 1);
        expect(isEnded(settled.phase)).toBe(true);
        expect(settled.phase.status).toBe(completed.length === taking.length ? 'completed' : 'partial');
        expect(new Set(called).size).toBe(called.length);
        const { handlers } = toEventResource(settled, { status: 'none', url: null, attempts: [] }, { id: 'a', runId: 'b' });
        expect(Object.keys(handlers)).toEqual(entries.map(({ name }) => name).filter((name) => taking.includes(name)));
        for (const [name, { status }] of Object.entries(handlers)) {
          const own = entries.find((entry) => entry.name === name);
          expect([name, status]).toEqual([name, called.includes(name) ? own?.end : 'cancelled']);
        }
        expect(failedHandlers(settled).map(({ name }) => name)).toEqual(
          called.filter((name) => handlers[name]?.status === 'failed').toSorted(),
        );
        // Nothing leads out of it.
        expect(settleHandlers(settled, NOON_MS + 2)).toBe(settled);
        expect(dueHandlers(settled)).toEqual([]);

        function uncalled(): readonly HandlerPlan[] {
          return dueHandlers(run).filter(({ name }) => !called.includes(name));
        }
      }),
    );
  });

  it('are due once all stages are complete, and not before', () => {
    const accepted = acceptRun(acceptedEvent({ plan: { ...lightPlan, stages: ['action'], handlers: [plan('tell')] } }));
    expect(dueHandlers(accepted)).toEqual([]);
    expect(settleHandlers(accepted, NOON_MS)).toBe(accepted);
    expect(recordHandler(accepted, 'tell', stateOf(accepted))).toBe(accepted);
    const run = recordSuccess(beginAttempt(accepted, 'action'), 'action', { value: 1, endedAtMs: NOON_MS });
    expect(run.phase).toEqual({ status: 'running', stage: null });
    expect(dueHandlers(run)).toEqual([plan('tell')]);
  });

  it('can be cancelled with their event, which waits for them', () => {
    expect(refusalToCancel(atHandlers([plan('tell')]), NOON_MS)).toBeNull();
  });

  it('are called where the stages ran if they are quick, and nobody has called them', () => {
    const [quick, heavy, later] = [plan('quick'), plan('heavy', { weight: 'heavy' }), plan('later', { after: ['quick'] })];
    const run = atHandlers([quick, heavy, later]);
    expect(dueInline(run)).toEqual([quick]);
    expect([isAwaited(run, 'quick'), isAwaited(run, 'later')]).toEqual([true, false]);
    expect(dueInline(ended(run, quick, 'completed'))).toEqual([later]);
    const begun = recordHandler(run, 'quick', stateOf(beginAttempt(handlerRun(run, quick), 'quick')));
    expect(dueInline(begun)).toEqual([]);
    expect(dueHandlers(begun)).toEqual([quick, heavy]);
  });

  it('end their event in company only if all of them are complete', () => {
    const [one, other] = [plan('one'), plan('other')];
    const half = ended(atHandlers([one, other]), one, 'completed');
    expect(completeHandlers(half, NOON_MS).phase).toEqual({ status: 'running', stage: null });
    expect(completeHandlers(ended(half, other, 'completed'), NOON_MS).phase.status).toBe('completed');
    const failed = completeHandlers(ended(half, other, 'failed'), NOON_MS);
    expect(isAtHandlers(failed.phase)).toBe(true);
    expect(settleHandlers(failed, NOON_MS).phase.status).toBe('partial');
  });
});

describe('an event at its handlers', () => {
  const tell = plan('tell');

  it('waits for them by the clock of whoever hears of it', () => {
    const run = atHandlers([tell]);
    const lastError = eventError({ stage: 'tell' });
    const waiting = wait(handlerRun(run, tell), 'tell', { reason: 'retry', untilMs: NOON_MS + 50, forMs: 50, lastError });
    const heard = waitFromNow(recordHandler(run, 'tell', stateOf(waiting)), NOON_MS + 1_000);
    expect(heard.handlers?.['tell']?.phase).toMatchObject({ waiting: { untilMs: NOON_MS + 1_050, forMs: 50 } });
  });

  it('is shown as that until its end is recorded, where nothing is shown before', () => {
    const recordedFirst = { ...lightPlan, stages: ['action'], handlers: [tell], respondAfterRecord: true };
    const accepted = acceptRun(acceptedEvent({ plan: recordedFirst }));
    const run = recordSuccess(beginAttempt(accepted, 'action'), 'action', { value: 1, endedAtMs: NOON_MS });
    const done = settleHandlers(ended(run, tell, 'completed'), NOON_MS);
    expect(done.phase.status).toBe('completed');
    const shown = beforeRecord(done);
    expect(shown).toMatchObject({ phase: { status: 'running', stage: null }, results: { action: 1 } });
    expect(shown.handlers).toBeUndefined();
  });
});

describe('a handler’s run', () => {
  const limits = [{ key: 'mail', capacity: 1, reserved: {} }];

  it('is of the event, by a name of its own, with the handler as its only stage', () => {
    const callback = { url: 'https://example.org', headers: {}, progress: false };
    const run = atHandlers([plan('tell', { weight: 'heavy', tier: 'low' })], {
      callback,
      delayMs: 5,
      takenBy: [{ name: 'tell', limits }],
    });
    const { event, phase } = handlerRun(run, plan('tell', { weight: 'heavy', tier: 'low' }));
    expect(phase).toEqual({ status: 'accepted' });
    expect(event).toMatchObject({
      id: 'order-1~h.tell',
      handlerOf: { id: 'order-1', name: 'tell' },
      type: 'sample',
      data: { amount: 3 },
      tier: 'low',
      callback: null,
      ownId: null,
      delayMs: 0,
      acceptedAtMs: NOON_MS + 5,
    });
    expect(event.plan).toEqual({
      definition: 'sample/tell',
      weight: 'heavy',
      stages: ['tell'],
      retry: DEFAULT_RETRY_POLICY,
      timeoutsMs: { tell: 10_000 },
      respondAfterRecord: true,
      limits,
    });
    expect(event).not.toHaveProperty('takenBy');
  });

  it('has the event’s tier, and needs no permit, where nothing else is said; and is of the definition that runs the event', () => {
    const run = atHandlers([plan('tell')], { tier: 'high' });
    const { event } = handlerRun(run, plan('tell'));
    expect(event.tier).toBe('high');
    expect(event.plan).not.toHaveProperty('limits');
    const unknown = { ...run, event: { ...run.event, plan: { ...run.event.plan, definition: 'unknown' } } };
    expect(handlerRun(unknown, plan('tell')).event.plan.definition).toBe('unknown/tell');
  });
});
