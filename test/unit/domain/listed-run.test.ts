import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AcceptedEvent, HandlerPlan } from '../../../domain/accepted-event.ts';
import { acceptRun, beginAttempt, completeStage, endRun, isEnded, markStarted, stateOf, wait } from '../../../domain/event-run.ts';
import type { EventRun, Phase } from '../../../domain/event-run.ts';
import { summaryOf } from '../../../domain/event-summary.ts';
import { further, toListedEvent, toListedRun, toListedState, unsaid } from '../../../domain/listed-run.ts';
import { DEFAULT_RETRY_POLICY } from '../../../domain/retry-policy.ts';
import { TIERS } from '../../../domain/tier.ts';
import { acceptedEvent, lightPlan, NOON_MS } from './event-samples.ts';

const workflow = { id: 'order-1', runId: 'run' };
const error = { code: 'declined', message: 'no', stage: 'action', retryable: false };
const handler: HandlerPlan = { name: 'tell-sales', weight: 'light', retry: DEFAULT_RETRY_POLICY, timeoutMs: 5 };

/** As it is kept. */
function throughJson<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

function listed(run: EventRun): EventRun {
  const event = toListedEvent(run.event);
  if (event === null) throw new Error('the event is too large');
  return toListedRun(throughJson(event), throughJson(toListedState(run)));
}

const phases = fc.constantFrom<Phase>(
  { status: 'accepted' },
  { status: 'waiting', stage: 'action', waiting: { reason: 'retry', untilMs: NOON_MS, lastError: error } },
  { status: 'waiting', stage: null, waiting: { reason: 'delay', untilMs: NOON_MS } },
  { status: 'running', stage: 'decision' },
  { status: 'running', stage: null },
  { status: 'completed', endedAtMs: NOON_MS + 9 },
  { status: 'partial', endedAtMs: NOON_MS + 9 },
  { status: 'failed', endedAtMs: NOON_MS + 9, error },
  { status: 'cancelled', endedAtMs: NOON_MS + 9 },
);

const events: fc.Arbitrary<AcceptedEvent> = fc
  .record({
    ownId: fc.option(fc.string()),
    source: fc.option(fc.string()),
    subject: fc.option(fc.string()),
    tier: fc.constantFrom(...TIERS),
    urgency: fc.double({ min: 0, max: 1, noNaN: true }).map((value) => value + 0),
    run: fc.integer({ min: 1, max: 9 }),
    batchId: fc.option(fc.string(), { nil: undefined }),
    causedBy: fc.option(fc.string(), { nil: undefined }),
    url: fc.option(fc.webUrl()),
    handlers: fc.constantFrom([], [handler], [handler, { ...handler, name: 'other' }]),
    stages: fc.constantFrom(lightPlan.stages, ['action'], ['price', 'ship']),
    data: fc.jsonValue(),
  })
  .map(({ batchId, causedBy, url, handlers, stages, ...fields }) =>
    acceptedEvent({
      ...fields,
      ...(batchId !== undefined && { batchId }),
      ...(causedBy !== undefined && { causedBy }),
      callback: url === null ? null : { url, headers: { secret: 'x' }, progress: true },
      plan: { ...lightPlan, stages, ...(handlers.length > 0 && { handlers }) },
      takenBy: [{ name: 'tell-sales' }],
    }),
  );

const runs: fc.Arbitrary<EventRun> = fc
  .record({
    event: events,
    phase: phases,
    startedAtMs: fc.option(fc.constant(NOON_MS + 3)),
    attempts: fc.dictionary(fc.constantFrom('meaning', 'action', 'price'), fc.integer({ min: 0, max: 5 })),
    results: fc.dictionary(fc.constantFrom('meaning', 'price'), fc.jsonValue()),
    version: fc.option(fc.integer({ min: 1 }), { nil: undefined }),
    handlerPhase: fc.option(phases),
    hasFollowUps: fc.boolean(),
    hasCleanup: fc.boolean(),
  })
  .map(({ version, handlerPhase, hasFollowUps, hasCleanup, ...rest }) => {
    const followUps = [{ id: 'order-2', type: 'sample' }];
    const handlerState = { ...stateOf(acceptRun(rest.event)), attempts: { 'tell-sales': 2 }, results: { 'tell-sales': 'much' }, followUps };
    return {
      ...acceptRun(rest.event),
      ...rest,
      ...(version !== undefined && { version }),
      ...(handlerPhase !== null && { handlers: { 'tell-sales': { ...handlerState, phase: handlerPhase } } }),
      ...(hasFollowUps && { followUps }),
      ...(hasCleanup && { cleanup: { status: 'completed' as const } }),
    };
  });

describe('what the list of workflows keeps of an event', () => {
  it('shows it as the event itself is shown, whatever it is and wherever it stands', () => {
    fc.assert(
      fc.property(runs, (run) => {
        expect(summaryOf(listed(run), workflow)).toEqual(summaryOf(throughJson(run), workflow));
      }),
    );
  });

  it('is at its beginning where no more is said', () => {
    const event = acceptedEvent();
    const kept = toListedEvent(event);
    expect(kept && summaryOf(toListedRun(kept, null), workflow)).toEqual(summaryOf(acceptRun(event), workflow));
  });

  it('has no data, no results and no secrets of it', () => {
    const event = acceptedEvent({
      data: { card: '4111' },
      callback: { url: 'https://example.org', headers: { key: 'hidden' }, progress: false },
    });
    const run = completeStage(beginAttempt(acceptRun(event), 'meaning'), 'meaning', { found: '4111' });
    const kept = JSON.stringify([toListedEvent(event), toListedState(run)]);
    expect(kept).not.toContain('4111');
    expect(kept).not.toContain('hidden');
  });

  it('is nothing where it would be large', () => {
    expect(toListedEvent(acceptedEvent({ source: 'x'.repeat(9_000) }))).toBeNull();
    const followUps = Array.from({ length: 100 }, (_, index) => ({ id: `${index}${'x'.repeat(90)}`, type: 'sample' }));
    expect(toListedState({ ...acceptRun(acceptedEvent()), followUps })).toBeNull();
  });
});

describe('an open run of which nothing has been said', () => {
  const statusOf = (fields: Partial<AcceptedEvent>, isLimited = false) => unsaid(acceptRun(acceptedEvent(fields)), { isLimited }).phase;

  it('is at its first stage where it is light, which begins with its workflow', () => {
    expect(statusOf({})).toEqual({ status: 'running', stage: 'meaning' });
    expect(statusOf({ plan: { ...lightPlan, stages: [] } })).toEqual({ status: 'accepted' });
  });

  it('is at the next stage where it goes on', () => {
    const begun = completeStage(beginAttempt(acceptRun(acceptedEvent()), 'meaning'), 'meaning', 1);
    const run = listed({ ...begun, phase: { status: 'accepted' } });
    expect(unsaid(run, { isLimited: false }).phase).toEqual({ status: 'running', stage: 'decision' });
  });

  it('waits for its time, or for a permit', () => {
    expect(statusOf({ delayMs: 5 })).toMatchObject({ status: 'waiting', waiting: { reason: 'delay' } });
    const plan = { ...lightPlan, weight: 'heavy' as const };
    expect(statusOf({ plan }, true)).toMatchObject({ status: 'waiting', waiting: { reason: 'permit' } });
    expect(statusOf({ plan })).toEqual({ status: 'accepted' });
  });

  it('stays where it is known to stand', () => {
    const run = endRun(acceptRun(acceptedEvent()), { status: 'cancelled', endedAtMs: NOON_MS });
    expect(unsaid(run, { isLimited: true })).toBe(run);
  });
});

describe('of two views of a run', () => {
  const begun = acceptRun(acceptedEvent());
  const first = beginAttempt(begun, 'meaning');
  const started = markStarted(first, NOON_MS);
  const waiting = wait(first, 'meaning', { reason: 'retry', untilMs: NOON_MS, lastError: error });

  it('the one that this process has seen counts where it is further', () => {
    expect(further(begun, started)).toBe(started);
    expect(further(first, started)).toBe(started);
    expect(further(waiting, beginAttempt(waiting, 'meaning'))).not.toBe(waiting);
    const ended = endRun(first, { status: 'completed', endedAtMs: NOON_MS });
    expect(further(waiting, ended)).toBe(ended);
  });

  it('the one that its workflow has told counts otherwise', () => {
    expect(further(first, null)).toBe(first);
    expect(further(waiting, started)).toBe(waiting);
    const handled = { ...first, phase: { status: 'running' as const, stage: null } };
    expect(further(handled, first)).toBe(handled);
    const next = { ...begun, event: { ...begun.event, run: 2 } };
    expect(further(next, endRun(first, { status: 'completed', endedAtMs: NOON_MS }))).toBe(next);
    const withHandlers = { ...handled, handlers: { 'tell-sales': { ...begun, attempts: { 'tell-sales': 1 } } } };
    expect(further(withHandlers, started)).toBe(withHandlers);
  });

  it('none that has ended goes on', () => {
    fc.assert(
      fc.property(runs, runs, (said, seen) => {
        const same = { ...seen, event: said.event };
        const shown = further(said, same);
        if (isEnded(said.phase)) expect(shown).toBe(said);
        else if (isEnded(same.phase)) expect(shown).toBe(same);
        else expect([said, same]).toContain(shown);
      }),
    );
  });
});
