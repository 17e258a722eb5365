import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineEvent } from '../../../domain/define-event.ts';
import { defineSubject } from '../../../domain/define-subject.ts';
import { toRunPlan } from '../../../domain/run-plan.ts';
import { handledEvent, handlerContext } from './event-samples.ts';

const amount = z.object({ amount: z.number() });
const event = handledEvent({ amount: 3 });
const context = handlerContext();
const minimal = { type: 'sample', data: amount, tier: 'normal', handler: () => null } as const;

describe('defineEvent', () => {
  it('fills in what a definition leaves out', () => {
    const definition = defineEvent(minimal);

    expect(definition).toMatchObject({
      type: 'sample',
      summary: '',
      data: amount,
      tier: 'normal',
      weight: 'light',
      respondAfterRecord: false,
      retry: { maxAttempts: 3, initialDelayMs: 100, factor: 2, maxDelayMs: 60_000 },
      timeoutsMs: { meaning: 10_000, decision: 10_000, action: 10_000 },
      stages: ['action'],
    });
    expect(definition.urgencyOf({ amount: 3 })).toBe(0);
    expect(definition.tierOf({ data: { amount: 3 } })).toBe('normal');
  });

  it('keeps what it is given', () => {
    const definition = defineEvent({
      ...minimal,
      summary: 'An amount.',
      respondAfterRecord: true,
      retry: { maxAttempts: 5, maxDelayMs: 1_000 },
      timeouts: { action: 500 },
    });

    expect(definition).toMatchObject({
      summary: 'An amount.',
      respondAfterRecord: true,
      retry: { maxAttempts: 5, initialDelayMs: 100, factor: 2, maxDelayMs: 1_000 },
      timeoutsMs: { meaning: 10_000, decision: 10_000, action: 500 },
    });
  });

  it('gives heavy types 15 minutes, and always records them first', () => {
    const definition = defineEvent({ ...minimal, weight: 'heavy', respondAfterRecord: false });

    expect(definition).toMatchObject({
      weight: 'heavy',
      respondAfterRecord: true,
      timeoutsMs: { meaning: 900_000, decision: 900_000, action: 900_000 },
    });
  });

  it.each(['a', 'order-placed', 'order.placed_v2', `a${'b'.repeat(127)}`])('takes "%s" as a name', (type) => {
    expect(defineEvent({ ...minimal, type }).type).toBe(type);
  });

  it.each(['', 'Order', '1a', '-a', 'a b', 'a/b', 'ä', 'a\n', `a${'b'.repeat(128)}`])('refuses "%s" as a name', (type) => {
    expect(() => defineEvent({ ...minimal, type })).toThrow(`event type "${type}": a name starts with a-z`);
  });

  it.each([
    { maxAttempts: 0 },
    { maxAttempts: NaN },
    { maxAttempts: Infinity },
    { initialDelayMs: -1 },
    { initialDelayMs: Infinity },
    { factor: 0.5 },
    { factor: Infinity },
    { maxDelayMs: -1 },
    { maxDelayMs: Infinity },
  ])('refuses a retry of %o', (retry) => {
    expect(() => defineEvent({ ...minimal, retry })).toThrow('event type "sample": retry needs');
  });

  it.each([{ meaning: 0 }, { decision: -1 }, { action: NaN }, { action: Infinity }, { action: 2 ** 31 }])(
    'refuses timeouts of %o',
    (timeouts) => {
      expect(() => defineEvent({ ...minimal, timeouts })).toThrow('event type "sample": a timeout is');
    },
  );

  it('takes the longest timeout that a timer can keep', () => {
    expect(defineEvent({ ...minimal, timeouts: { action: 2 ** 31 - 1 } }).timeoutsMs['action']).toBe(2_147_483_647);
  });

  it('may bound the time for all attempts, which its plan carries', () => {
    const bounded = defineEvent({ ...minimal, timeouts: { total: 60_000, action: 500 } });

    expect(bounded.timeoutsMs).toEqual({ meaning: 10_000, decision: 10_000, action: 500, total: 60_000 });
    expect(toRunPlan(bounded, { type: 'sample', limits: [], subjectType: undefined }).timeoutsMs).toEqual(bounded.timeoutsMs);
    expect(defineEvent({ ...minimal, timeouts: { total: undefined as unknown as number } }).timeoutsMs).not.toHaveProperty('total');
    expect(() => defineEvent({ ...minimal, timeouts: { total: 0 } })).toThrow('event type "sample": a timeout is');
    expect(() => defineEvent({ ...minimal, coalesce: true, timeouts: { total: 1_001 } })).toThrow(
      'with coalesce a timeout is at most 1000 ms',
    );
  });

  it('takes a type without stages: others may do something for it', () => {
    expect(defineEvent({ type: 'sample', data: amount, tier: 'normal' }).stages).toEqual([]);
  });

  it('stands for CloudEvents of the types that it names', () => {
    expect(defineEvent(minimal).cloudEventTypes).toEqual([]);
    expect(defineEvent({ ...minimal, cloudEventTypes: ['com.example.A'] }).cloudEventTypes).toEqual(['com.example.A']);
  });
});

describe('the tier of a type', () => {
  it('may depend on the event', () => {
    const definition = defineEvent({ ...minimal, tier: ({ data }) => (data.amount > 10 ? 'high' : 'low') });

    expect(definition.tierOf({ data: { amount: 11 } })).toBe('high');
    expect(definition.tierOf({ data: { amount: 10 } })).toBe('low');
    expect(definition.tier).toBeNull();
  });

  it('is shown as the usual one where it depends on the event', () => {
    expect(defineEvent({ ...minimal, tier: () => 'high', usualTier: 'low' }).tier).toBe('low');
  });
});

describe('the rest of an envelope', () => {
  it('gets its urgency from the data', () => {
    const definition = defineEvent({ ...minimal, urgency: ({ amount: share }) => share / 10 });

    expect(definition.urgencyOf({ amount: 3 })).toBe(0.3);
  });

  it('stays as it is where the type has no older shape', () => {
    const envelope = { type: 'sample', data: 1 };

    expect(defineEvent(minimal).adapt(envelope)).toBe(envelope);
  });

  it('is adapted where the type has an older shape', () => {
    const definition = defineEvent({ ...minimal, adapt: ({ payload, ...rest }) => ({ ...rest, data: payload }) });

    expect(definition.adapt({ type: 'sample', payload: 1 })).toEqual({ type: 'sample', data: 1 });
  });
});

describe('running a stage', () => {
  const staged = defineEvent({
    type: 'sample',
    data: amount,
    tier: 'normal',
    action: ({ id }, decision: unknown, { attempt }) => ({ id, decision, attempt }),
    decision: ({ tier }, meaning: unknown) => ({ tier, meaning }),
    meaning: ({ data }, { idempotencyKey }) => ({ doubled: data.amount * 2, idempotencyKey }),
  });

  it('has its stages in their order, however they are written down', () => {
    expect(staged.stages).toEqual(['meaning', 'decision', 'action']);
  });

  it('hands meaning the event and its context', async () => {
    expect(await staged.run('meaning', event, {}, context)).toEqual({ doubled: 6, idempotencyKey: 'order-1/1/action' });
  });

  it('hands decision the meaning, and action the decision', async () => {
    const results = { meaning: 'm', decision: 'd' };

    expect(await staged.run('decision', event, results, context)).toEqual({ tier: 'normal', meaning: 'm' });
    expect(await staged.run('action', event, results, context)).toEqual({ id: 'order-1', decision: 'd', attempt: 1 });
  });

  it('hands over null where the stage before has no result', async () => {
    expect(await staged.run('decision', event, {}, context)).toEqual({ tier: 'normal', meaning: null });
    expect(await staged.run('action', event, {}, context)).toEqual({ id: 'order-1', decision: null, attempt: 1 });
  });

  it('runs a plain handler as the action', async () => {
    const definition = defineEvent({ ...minimal, handler: ({ data }, { attempt }) => [data.amount, attempt] });

    expect(definition.stages).toEqual(['action']);
    expect(await definition.run('action', event, { decision: 'd' }, context)).toEqual([3, 1]);
  });

  it('results in null for a stage that the type lacks', async () => {
    expect(await defineEvent(minimal).run('meaning', event, {}, context)).toBeNull();
  });

  it('throws what a handler throws', () => {
    const definition = defineEvent({
      ...minimal,
      handler: () => {
        throw new Error('broken');
      },
    });

    expect(() => definition.run('action', event, {}, context)).toThrow('broken');
  });
});

describe('a type whose events may share a workflow', () => {
  const base = { type: 'grouped', data: z.object({}), tier: 'normal', coalesce: true, handler: () => null } as const;

  it('says so, and gives each stage at most a second', () => {
    expect(defineEvent(base)).toMatchObject({ coalesce: true, timeoutsMs: { meaning: 1_000, decision: 1_000, action: 1_000 } });
    expect(defineEvent({ ...base, coalesce: false })).toMatchObject({ coalesce: false, timeoutsMs: { action: 10_000 } });
  });

  it.each([
    [{ weight: 'heavy' }, 'coalesce is for light events'],
    [{ limit: { key: 'a', max: 1 } }, 'coalesce is for light events'],
    [{ respondAfterRecord: true }, 'there can be no respondAfterRecord'],
    [{ timeouts: { action: 1_001 } }, 'with coalesce a timeout is at most 1000 ms'],
  ] as const)('can’t have %j', (fields, message) => {
    expect(() => defineEvent({ ...base, ...fields })).toThrow(message);
  });
});

describe('what cleans up after a cancelled event', () => {
  it('has a time of its own, which no bound of others touches, and is no stage', () => {
    const cleaned = defineEvent({ ...minimal, coalesce: true, onCancel: () => null });

    expect(cleaned.timeoutsMs).toMatchObject({ action: 1_000, onCancel: 10_000 });
    expect(cleaned.stages).not.toContain('onCancel');
    expect(defineEvent({ ...minimal, onCancel: () => null, timeouts: { onCancel: 60_000 } }).timeoutsMs['onCancel']).toBe(60_000);
    expect(defineEvent(minimal).timeoutsMs).not.toHaveProperty('onCancel');
  });

  it('is given the event and, in its context, the results so far', () => {
    const cleaned = defineEvent({ ...minimal, onCancel: ({ data }, { results, stage }) => [data.amount, results, stage] });
    const context = { ...handlerContext(), stage: 'onCancel' };

    expect(cleaned.run('onCancel', handledEvent({ amount: 3 }), { meaning: 1 }, context)).toEqual([3, { meaning: 1 }, 'onCancel']);
    expect(defineEvent(minimal).run('onCancel', handledEvent({ amount: 3 }), {}, context)).toBeNull();
  });

  it('has no use with a subject, whose events are not cancelled, and its time none without it', () => {
    const subject = defineSubject({ type: 'account', initial: () => ({}), apply: (state) => state });

    expect(() => defineEvent({ ...minimal, subject, onCancel: () => null })).toThrow('with a subject there can be no onCancel');
    expect(() => defineEvent({ ...minimal, timeouts: { onCancel: 5 } })).toThrow('event type "sample" has a timeout for "onCancel"');
    expect(() => defineEvent({ ...minimal, onCancel: () => null, timeouts: { onCancel: 0 } })).toThrow('a timeout is above 0');
  });
});
