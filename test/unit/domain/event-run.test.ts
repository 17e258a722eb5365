import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EndedPhase, EventRun, Phase } from '../../../domain/event-run.ts';
import {
  acceptRun,
  beforeRecord,
  beginAttempt,
  completeStage,
  endRun,
  isEnded,
  isProgress,
  markStarted,
  nextStage,
  refusalToCancel,
  keepProgress,
  lastProgress,
  reportProgress,
  toProgress,
  wait,
  waitFromNow,
  withTold,
} from '../../../domain/event-run.ts';
import type { Stage } from '../../../domain/stage.ts';
import { STAGES } from '../../../domain/stage.ts';
import { acceptedEvent, anyEnd, anyStage, anyStages, eventError, lightPlan, NOON_MS } from './event-samples.ts';

const accepted = acceptRun(acceptedEvent());
const delay = { reason: 'delay', untilMs: NOON_MS } as const;
const later = { reason: 'delay', untilMs: NOON_MS + 1 } as const;
const completed: EndedPhase = { status: 'completed', endedAtMs: NOON_MS };
const cancelled: EndedPhase = { status: 'cancelled', endedAtMs: NOON_MS + 1 };

describe('a run', () => {
  it('begins accepted, with nothing done', () => {
    expect(accepted).toEqual({
      event: acceptedEvent(),
      phase: { status: 'accepted' },
      startedAtMs: null,
      attempts: {},
      results: {},
      progress: null,
      failures: { failed: 0, lost: 0 },
    });
  });

  it('counts an attempt as soon as it begins', () => {
    const run = beginAttempt(beginAttempt(beginAttempt(accepted, 'meaning'), 'meaning'), 'decision');

    expect(run).toMatchObject({ phase: { status: 'running', stage: 'decision' }, attempts: { meaning: 2, decision: 1 } });
  });

  it('started when its first attempt did', () => {
    const run = markStarted(markStarted(accepted, 5), 7);

    expect(run.startedAtMs).toBe(5);
  });

  it('waits at a stage, or before the first', () => {
    expect(wait(accepted, null, delay).phase).toEqual({ status: 'waiting', stage: null, waiting: delay });
    expect(wait(accepted, 'action', delay).phase).toEqual({ status: 'waiting', stage: 'action', waiting: delay });
  });

  it('takes a result of null for a result', () => {
    expect(nextStage(completeStage(accepted, 'meaning', null))).toBe('decision');
  });

  it('shows the furthest that a stage has come, and keeps what was said last beside it', () => {
    const half = reportProgress(accepted, { step: 'load', percent: 50, message: 'half' });
    const again = reportProgress(half, { step: 'load', percent: 10, message: 'page 1 of 40' });
    const further = reportProgress(again, { step: 'load', percent: 20, message: 'page 8 of 40' });

    expect(again.progress).toEqual({
      step: 'load',
      percent: 50,
      message: 'half',
      last: { step: 'load', percent: 10, message: 'page 1 of 40' },
    });
    expect(toProgress(again.progress ?? expect.fail())).toEqual({ step: 'load', percent: 50, message: 'half' });
    expect([accepted, half, again, further].map((run) => lastProgress(run)?.percent)).toEqual([undefined, 50, 10, 20]);
    expect(reportProgress(further, { step: 'load', percent: 50, message: 'again' }).progress).toEqual({
      step: 'load',
      percent: 50,
      message: 'again',
    });
  });

  it('begins each stage without progress, and keeps that of the last one', () => {
    const plan = { ...lightPlan, stages: ['fetch', 'pack'] };
    const half = reportProgress(acceptRun(acceptedEvent({ plan })), { step: 's', percent: 50, message: 'm' });
    const packing = completeStage(half, 'fetch', null);
    const packed = completeStage(reportProgress(packing, { step: 's', percent: 5, message: 'm' }), 'pack', null);

    expect([packing.progress, lastProgress(packing)]).toEqual([null, null]);
    expect(packed.progress).toEqual({ step: 's', percent: 5, message: 'm' });
  });

  it.each([
    [-5, 0],
    [0, 0],
    [33.3, 33.3],
    [100, 100],
    [250, 100],
    [Infinity, 100],
    [NaN, 0],
  ])('shows a percentage of %s as %s', (percent, shown) => {
    expect(reportProgress(accepted, { step: 's', percent, message: 'm' }).progress?.percent).toBe(shown);
  });

  it('keeps its percentage when a handler divides by nothing', () => {
    const half = reportProgress(accepted, { step: 's', percent: 50, message: 'm' });

    expect(reportProgress(half, { step: 's', percent: NaN, message: 'm' }).progress?.percent).toBe(50);
  });

  it('takes what a handler says that is no text for none', () => {
    const said = { step: 7, percent: 50, message: undefined } as unknown as Parameters<typeof reportProgress>[1];

    expect(reportProgress(accepted, said).progress).toEqual({ step: '', percent: 50, message: '' });
  });

  it('keeps what an attempt said last, and goes on from it', () => {
    const half = keepProgress(accepted, { step: 's', percent: 50, message: 'm' });
    const again = { step: 's', percent: 20, message: 'again' };

    expect(keepProgress(half, undefined)).toBe(half);
    expect(keepProgress(half, again).progress).toEqual({ step: 's', percent: 50, message: 'm', last: again });
    expect(keepProgress(half, { step: 's', percent: 60, message: 'n', last: again }).progress).toEqual({
      step: 's',
      percent: 60,
      message: 'n',
      last: again,
    });
  });

  it('has what was told of a lost attempt when it is advanced again, where that was at the same stage', () => {
    const told = reportProgress(accepted, { step: 's', percent: 50, message: 'm' });
    const later = reportProgress(completeStage(accepted, 'meaning', null), { step: 's', percent: 50, message: 'm' });

    expect(withTold(accepted, told)).toEqual({ ...accepted, progress: told.progress });
    expect(withTold(accepted, later)).toBe(accepted);
    expect(withTold(accepted, undefined)).toBe(accepted);
  });

  it('keeps its first end', () => {
    const run = endRun(accepted, completed);

    expect(endRun(run, cancelled)).toBe(run);
  });

  it('neither runs nor waits once it has ended', () => {
    const run = endRun(accepted, cancelled);

    expect(beginAttempt(run, 'action')).toBe(run);
    expect(wait(run, 'action', delay)).toBe(run);
  });
});

describe('isEnded', () => {
  it.each<[Phase, boolean]>([
    [{ status: 'accepted' }, false],
    [{ status: 'waiting', stage: null, waiting: delay }, false],
    [{ status: 'running', stage: 'meaning' }, false],
    [completed, true],
    [cancelled, true],
    [{ status: 'failed', endedAtMs: 1, error: eventError() }, true],
  ])('is, for %o, %s', (phase, ended) => {
    expect(isEnded(phase)).toBe(ended);
  });
});

describe('beforeRecord', () => {
  const ended = endRun(completeStage(beginAttempt(accepted, 'action'), 'action', 'done'), completed);
  const recordsFirst = (run: EventRun, stages: readonly Stage[] = STAGES): EventRun => ({
    ...run,
    event: acceptedEvent({ plan: { ...lightPlan, stages, respondAfterRecord: true } }),
  });

  it('shows the end of a run whose callback may be out', () => {
    expect(beforeRecord(ended)).toBe(ended);
  });

  it('shows the last stage of a run that records first as going on, without its result', () => {
    const shown = beforeRecord(recordsFirst(completeStage(ended, 'meaning', 1)));
    expect(shown).toMatchObject({ phase: { status: 'running', stage: 'action' }, attempts: { action: 1 } });
    expect(shown.results).toEqual({ meaning: 1 });
  });

  it('shows the stage as running that one has failed in which records first', () => {
    const failed = endRun(beginAttempt(accepted, 'decision'), {
      status: 'failed',
      endedAtMs: NOON_MS,
      error: eventError({ stage: 'decision' }),
    });

    expect(beforeRecord(recordsFirst(failed))).toMatchObject({
      phase: { status: 'running', stage: 'decision' },
      attempts: { decision: 1 },
    });
  });

  it('leaves a run alone that has not ended, or has no stages', () => {
    const running = recordsFirst(beginAttempt(accepted, 'action'));
    expect(beforeRecord(running)).toBe(running);
    const rejected = recordsFirst(ended, []);
    expect(beforeRecord(rejected)).toBe(rejected);
  });
});

describe('refusalToCancel', () => {
  const heavy = acceptRun(acceptedEvent({ plan: { ...lightPlan, weight: 'heavy' } }));

  it.each([
    ['an accepted light event, whose stages may have begun', accepted, 'not_cancellable'],
    ['a waiting light event', wait(accepted, 'action', later), null],
    ['a light event whose wait is over', wait(accepted, 'action', delay), 'not_cancellable'],
    ['an event that waits for a permit', wait(accepted, null, { reason: 'permit', key: 'tasks', sinceMs: NOON_MS }), null],
    ['a running light event', beginAttempt(accepted, 'meaning'), 'not_cancellable'],
    ['an ended light event', endRun(accepted, completed), 'already_ended'],
    ['an accepted heavy event', heavy, null],
    ['a waiting heavy event', wait(heavy, null, delay), null],
    ['a running heavy event', beginAttempt(heavy, 'meaning'), null],
    ['an ended heavy event', endRun(heavy, cancelled), 'already_ended'],
  ])('is, for %s, right', (_what, run, refusal) => {
    expect(refusalToCancel(run, NOON_MS)).toBe(refusal);
  });

  it('is none of a light event before anybody has been given a task of it, and of that alone', () => {
    expect(refusalToCancel(accepted, NOON_MS, true)).toBeNull();
    expect(refusalToCancel(beginAttempt(accepted, 'meaning'), NOON_MS, true)).toBe('not_cancellable');
    expect(refusalToCancel(wait(accepted, 'action', delay), NOON_MS, true)).toBe('not_cancellable');
    expect(refusalToCancel(endRun(accepted, completed), NOON_MS, true)).toBe('already_ended');
  });
});

describe('nextStage', () => {
  it("follows the plan's order to its end, whatever the stages result in", () => {
    fc.assert(
      fc.property(anyStages, fc.anything(), (stages, value) => {
        const run = acceptRun(acceptedEvent({ plan: { ...lightPlan, stages } }));

        expect(stagesToTheEnd(run, value)).toEqual(stages);
      }),
    );
  });

  it('is the first of the plan that has no result, in whatever order results come', () => {
    fc.assert(
      fc.property(anyStages, fc.uniqueArray(anyStage), (stages, done) => {
        const start = acceptRun(acceptedEvent({ plan: { ...lightPlan, stages } }));

        const run = done.reduce((before, stage) => completeStage(before, stage, {}), start);

        expect(nextStage(run)).toBe(stages.filter((stage) => !done.includes(stage))[0] ?? null);
      }),
    );
  });
});

type Step =
  | { readonly kind: 'begin' | 'complete' | 'wait'; readonly stage: Stage }
  | { readonly kind: 'start'; readonly atMs: number }
  | { readonly kind: 'progress'; readonly percent: number }
  | { readonly kind: 'end'; readonly end: EndedPhase };

/** What a run has to be after some steps, told without the code under test. */
interface Model {
  verdict: EndedPhase | null;
  startedAtMs: number | null;
  percent: number | null;
  readonly attempts: Map<Stage, number>;
  readonly done: Set<Stage>;
}

describe('any walk through a run', () => {
  const anyStep: fc.Arbitrary<Step> = fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constantFrom('begin', 'complete', 'wait'), stage: anyStage }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('start'), atMs: fc.nat() }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('progress'), percent: fc.oneof(fc.nat(120), fc.double()) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('end'), end: anyEnd }) },
  );

  it('comes to exactly one verdict, and counts as the model does', () => {
    fc.assert(
      fc.property(anyStages, fc.array(anyStep, { maxLength: 60 }), (stages, steps) => {
        let run = acceptRun(acceptedEvent({ plan: { ...lightPlan, stages } }));
        const model: Model = {
          verdict: null,
          startedAtMs: null,
          percent: null,
          attempts: new Map(),
          done: new Set(),
        };

        for (const step of steps) {
          const before = run;
          run = walk(before, step);
          advance(model, step, stages);

          expectNothingFell(before, run);
          expect(isEnded(run.phase) ? run.phase : null).toEqual(model.verdict);
          expect(run.startedAtMs).toBe(model.startedAtMs);
          expect(run.progress?.percent ?? null).toBe(model.percent);
          expect(STAGES.map((stage) => run.attempts[stage] ?? 0)).toEqual(STAGES.map((stage) => model.attempts.get(stage) ?? 0));
          expect(nextStage(run)).toBe(stages.find((stage) => !model.done.has(stage)) ?? null);
          expect(refusalToCancel(run, NOON_MS) === 'already_ended').toBe(model.verdict !== null);
          expect(run.event).toBe(before.event);
        }
      }),
      { numRuns: 500 },
    );
  });
});

function walk(run: EventRun, step: Step): EventRun {
  if (step.kind === 'end') return endRun(run, step.end);
  if (step.kind === 'start') return markStarted(run, step.atMs);
  if (step.kind === 'progress') return reportProgress(run, { step: 's', percent: step.percent, message: 'm' });
  if (step.kind === 'begin') return beginAttempt(run, step.stage);
  if (step.kind === 'complete') return completeStage(run, step.stage, { of: step.stage });
  return wait(run, step.stage, { reason: 'retry', untilMs: NOON_MS, lastError: eventError() });
}

function advance(model: Model, step: Step, stages: readonly Stage[]): void {
  if (step.kind === 'begin' && model.verdict === null) {
    model.attempts.set(step.stage, (model.attempts.get(step.stage) ?? 0) + 1);
  }
  if (step.kind === 'complete') {
    model.done.add(step.stage);
    if (stages.some((stage) => !model.done.has(stage))) model.percent = null;
  }
  if (step.kind === 'start') model.startedAtMs ??= step.atMs;
  if (step.kind === 'progress') {
    const shown = step.percent > 0 ? Math.min(step.percent, 100) : 0;
    model.percent = Math.max(model.percent ?? 0, shown);
  }
  if (step.kind === 'end') model.verdict ??= step.end;
}

function expectNothingFell(before: EventRun, after: EventRun): void {
  for (const stage of STAGES) expect(after.attempts[stage] ?? 0).toBeGreaterThanOrEqual(before.attempts[stage] ?? 0);
  if (after.results === before.results) expect(after.progress?.percent ?? 0).toBeGreaterThanOrEqual(before.progress?.percent ?? 0);
  expect(Object.keys(after.results)).toEqual(expect.arrayContaining(Object.keys(before.results)));
}

function stagesToTheEnd(run: EventRun, value: unknown): readonly Stage[] {
  const stage = nextStage(run);
  return stage === null ? [] : [stage, ...stagesToTheEnd(completeStage(run, stage, value), value)];
}

it('knows progress from whatever else an activity left', () => {
  expect(isProgress({ step: 'a', percent: 1, message: '' })).toBe(true);
  expect([null, undefined, 'a', {}, { percent: 1 }].map(isProgress)).toEqual([false, false, false, false, false]);
});

it('waits for as long as it was said to, by the clock of whoever hears of it', () => {
  const begun = beginAttempt(acceptRun(acceptedEvent()), 'meaning');
  fc.assert(
    fc.property(fc.nat(1e9), fc.integer({ min: -1e9, max: 1e9 }), fc.nat(1e6), (nowMs, skewMs, forMs) => {
      const lastError = eventError();
      const told = wait(begun, 'meaning', { reason: 'retry', untilMs: nowMs + skewMs + forMs, forMs, lastError });
      expect(waitFromNow(told, nowMs).phase).toMatchObject({ waiting: { untilMs: nowMs + forMs } });
    }),
  );
  const recordedBefore = wait(begun, 'meaning', { reason: 'retry', untilMs: NOON_MS, lastError: eventError() });
  for (const run of [begun, recordedBefore, wait(begun, null, later)]) expect(waitFromNow(run, 7)).toBe(run);
});
