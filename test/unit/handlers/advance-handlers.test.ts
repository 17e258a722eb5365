import { expect, it } from 'vitest';
import { z } from 'zod';
import { defineEvent } from '../../../domain/define-event.ts';
import type { HandlerContext } from '../../../domain/define-event.ts';
import { acceptRun } from '../../../domain/event-run.ts';
import type { HandledEvent } from '../../../domain/handled-event.ts';
import { PermanentError } from '../../../domain/handler-errors.ts';
import { on } from '../../../domain/on.ts';
import type { HandlerDefinition } from '../../../domain/on.ts';
import { recordOutcome } from '../../../domain/run-outcome.ts';
import { toRunPlan } from '../../../domain/run-plan.ts';
import { advanceHandlers } from '../../../handlers/advance-handlers.ts';
import type { Due, Told } from '../../../handlers/advance-port.ts';
import { createClonedAdvance } from '../../support/cloned-advance.ts';
import { acceptedEvent, NOON_MS } from '../domain/event-samples.ts';

type Handler = (event: HandledEvent, context: HandlerContext) => unknown;

const staged = defineEvent({ type: 'sample', data: z.unknown(), tier: 'normal', handler: () => 'done' });
const topic = defineEvent({ type: 'sample', data: z.unknown(), tier: 'normal' });

async function run(
  type: typeof staged | typeof topic,
  handlers: readonly HandlerDefinition[],
  { count = 1, ...due }: Partial<Due> & { count?: number } = {},
) {
  const told: Told[] = [];
  const advance = advanceHandlers(
    createClonedAdvance({ find: () => type, handlersOf: () => handlers }, () => NOON_MS),
    () => NOON_MS,
  );
  const plan = toRunPlan(type, { type: 'sample', limits: [], subjectType: undefined, handlers });
  const runs = Array.from({ length: count }, (_, index) => acceptRun(acceptedEvent({ id: `order-${index + 1}`, plan })));
  const { runs: advanced } = await advance(
    { runs, atOnce: count, inOrder: false, goOn: 'until-it-waits', bounds: null, subject: null, ...due },
    { signal: new AbortController().signal, tell: (one) => told.push(one) },
  );
  const after = advanced.map((one, index) => {
    const before = runs[index];
    if (one?.kind !== 'advanced' || before === undefined) throw new Error('a run was not advanced');
    return recordOutcome(before, one.outcome);
  });
  return { told, after, first: after[0] };
}

const handler = (name: string, does: Handler, options: Parameters<typeof on>[3] = {}): HandlerDefinition => on(staged, name, does, options);

it('calls all handlers at the same time, each once, and ends the run with them', async () => {
  const names = ['a', 'b', 'c'];
  let open = (): void => undefined;
  const haveMet = new Promise<void>((resolve) => (open = resolve));
  let met = 0;
  // Nobody is done before all of them have begun.
  const meet: Handler = () => {
    met += 1;
    if (met === names.length) open();
    return haveMet;
  };
  const { first } = await run(
    staged,
    names.map((name) => handler(name, meet)),
  );
  expect(first?.phase).toEqual({ status: 'completed', endedAtMs: NOON_MS });
  expect(names.map((name) => first?.handlers?.[name]?.attempts)).toEqual(names.map((name) => ({ [name]: 1 })));
});

it('calls one that comes after another as soon as that is complete, whoever else is at work', async () => {
  const order: string[] = [];
  let release = (): void => undefined;
  const slow = new Promise<void>((resolve) => (release = resolve));
  const { first } = await run(topic, [
    handler('slow', () => slow.then(() => order.push('slow'))),
    handler('first', () => order.push('first')),
    handler(
      'then',
      () => {
        order.push('then');
        release();
      },
      { after: 'first' },
    ),
  ]);
  expect(first?.phase.status).toBe('completed');
  expect(order).toEqual(['first', 'then', 'slow']);
});

it('leaves a run as it stands with a handler that has failed, waits, comes after such a one, or is heavy', async () => {
  const { first } = await run(staged, [
    handler('refuses', () => {
      throw new PermanentError('refused', 'no');
    }),
    handler('waits', () => {
      throw new Error('not now');
    }),
    handler('never', () => null, { after: 'refuses' }),
    handler('later', () => null, { after: 'waits' }),
    handler('heavy', () => null, { weight: 'heavy' }),
    handler('done', ({ id }) => id),
  ]);
  expect(first?.phase).toEqual({ status: 'running', stage: null });
  const { refuses, waits, never, later, heavy, done } = first?.handlers ?? {};
  expect(refuses?.phase).toMatchObject({ status: 'failed', error: { code: 'refused', stage: 'refuses' } });
  expect(waits?.phase).toMatchObject({ status: 'waiting', waiting: { reason: 'retry' } });
  expect(never?.phase.status).toBe('cancelled');
  expect([later, heavy]).toEqual([undefined, undefined]);
  // It sees the event, and not the run that calls it.
  expect(done?.results).toEqual({ done: 'order-1' });
});

it('calls those of several runs together, and ends each run by itself', async () => {
  const { after } = await run(
    staged,
    [
      handler('tell', ({ id }) => {
        if (id === 'order-2') throw new PermanentError('refused', 'no');
        return id;
      }),
    ],
    { count: 3 },
  );
  expect(after.map(({ phase }) => phase.status)).toEqual(['completed', 'running', 'completed']);
  expect(after.map(({ handlers }) => handlers?.['tell']?.results)).toEqual([{ tell: 'order-1' }, {}, { tell: 'order-3' }]);
});

it('gives each of its handlers as much room as a stage of an event by itself', async () => {
  const large = 'x'.repeat(10_000);
  const { first } = await run(staged, [handler('a', () => large), handler('b', () => large)]);
  expect(first?.phase.status).toBe('completed');
  const { after } = await run(staged, [handler('a', () => large)], { count: 2 });
  const tooLarge = { status: 'failed', error: { code: 'result_too_large' } };
  expect(after.map(({ handlers }) => handlers?.['a']?.phase)).toMatchObject([tooLarge, tooLarge]);
});

it('tells where handlers stand, and what they log, as their event’s', async () => {
  const { told } = await run(staged, [
    handler('tell', (_event, { log }) => {
      log.info('told', { to: 'sales' });
      return 1;
    }),
  ]);
  expect(told.filter(({ kind }) => kind === 'log')).toEqual([
    { kind: 'log', index: 0, stage: 'tell', attempt: 1, level: 'info', message: 'told', fields: { to: 'sales' } },
  ]);
  const seen = told.flatMap((one) => (one.kind === 'run' ? [one.state.handlers?.['tell']?.phase.status] : []));
  expect(seen).toEqual([undefined, undefined, 'running', 'completed']);
});

it.each([
  ['whose stages are recorded one by one', { goOn: 'one-attempt' }],
  ['of a subject', { inOrder: true }],
] as const)('calls nobody for a run %s', async (what, due) => {
  const subject =
    what === 'of a subject' ? { key: { type: 'sum', id: 'a', tenant: 'default' }, version: 0, state: null, updatedAtMs: null } : null;
  const withSubject = {
    ...staged,
    subject: { type: 'sum', initial: () => 0, settle: (state: unknown) => state, apply: () => 1, show: () => 0 },
  };
  const { first } = await run(subject === null ? staged : withSubject, [handler('tell', () => null)], { ...due, subject });
  expect(first?.phase).toEqual({ status: 'running', stage: null });
  expect(first?.handlers).toBeUndefined();
});
