import { expect, it } from 'vitest';
import { z } from 'zod';
import { createBus } from '../../../bus/create-bus.ts';
import type { BusOptions } from '../../../bus/bus.ts';
import type { HandlerContext } from '../../../domain/define-event.ts';
import { defineEvent } from '../../../domain/define-event.ts';

const told = defineEvent({ type: 'told', data: z.object({ text: z.string() }), tier: 'normal' });
const checkedLater = defineEvent({ type: 'checked-later', data: z.string().refine(async (text) => text !== 'bad'), tier: 'normal' });

/** What its handler hears of, and what went wrong. */
function prepare(options: BusOptions = {}) {
  const heard: string[] = [];
  const errors: unknown[] = [];
  const bus = createBus({ onError: (error) => errors.push(error), ...options });
  bus.on(told, ({ data }) => void heard.push(data.text));
  return { bus, heard, errors };
}

function emitting(emit: (context: HandlerContext) => unknown, retry = { maxAttempts: 3, initialDelayMs: 1 }) {
  return defineEvent({ type: 'asked', data: z.unknown(), tier: 'normal', retry, handler: (_event, context) => emit(context) });
}

it('begins what a stage has emitted once it has succeeded, and waits for it where it is asked to', async () => {
  const { bus, heard } = prepare();
  const asked = emitting(({ emit, attempt }) => {
    emit(told, { text: `of attempt ${attempt}` });
    if (attempt < 3) throw new Error('not yet');
  });
  await bus.emitAndWait(asked, null);
  await bus.idle();

  expect(heard).toEqual(['of attempt 3']);
});

it('begins what a handler has emitted that is called once, and nothing where it fails', async () => {
  const { bus, heard } = prepare();
  const asked = defineEvent({ type: 'asked', data: z.boolean(), tier: 'normal' });
  bus.on(asked, ({ data: fails }, { emit }) => {
    emit(told, { text: fails ? 'failed' : 'succeeded' });
    if (fails) throw new Error('it fails');
  });
  bus.on(asked, async (_event, { emit }) => emit(told, { text: 'later' }));
  await bus.emitAndWait(asked, true);
  await bus.emitAndWait(asked, false);
  await bus.idle();

  expect(heard).toEqual(['later', 'succeeded', 'later']);
});

it('keeps what a stage has emitted, though the next one fails', async () => {
  const { bus, heard } = prepare();
  const asked = defineEvent({
    type: 'asked',
    data: z.unknown(),
    tier: 'normal',
    retry: { maxAttempts: 1 },
    stages: [
      ['first', (_event, _before, { emit }) => emit(told, { text: 'first' })],
      [
        'second',
        (_event, _before, { emit }) => {
          emit(told, { text: 'second' });
          throw new Error('it fails');
        },
      ],
    ],
  });
  await bus.emitAndWait(asked, null);
  await bus.idle();

  expect(heard).toEqual(['first']);
});

it('fails for good what emits an event that is none, and begins none of the others', async () => {
  const { bus, heard } = prepare();
  let attempts = 0;
  const asked = emitting(({ emit }) => {
    attempts += 1;
    emit(told, { text: 'valid' });
    emit('told', { text: 5 });
  });
  expect(await bus.emitAndWait(asked, null)).toMatchObject([{ status: 'rejected', reason: { code: 'invalid_data' } }]);

  const once = defineEvent({ type: 'once', data: z.unknown(), tier: 'normal' });
  bus.on(once, (_event, { emit }) => {
    emit(told, { text: 'valid' });
    emit('never-defined', null);
  });
  expect(await bus.emitAndWait(once, null)).toMatchObject([{ status: 'rejected', reason: { code: 'unknown_type' } }]);
  await bus.idle();
  expect([attempts, heard]).toEqual([1, []]);
});

it('takes data of a schema that is asynchronous, by the name of its type', async () => {
  const heard: string[] = [];
  const { bus } = prepare({ events: [checkedLater, told, emitting(() => null)] });
  bus.on(checkedLater, ({ data }) => void heard.push(data));
  const { bus: other } = prepare();
  const asked = emitting(({ emit }) => emit(checkedLater, 'good'));
  other.on(checkedLater, ({ data }) => void heard.push(data));
  await other.emitAndWait(asked, null);
  await other.idle();

  expect(heard).toEqual(['good']);
  await bus.close();
});

it('tries again what a function of a schema throws at', async () => {
  const { bus } = prepare();
  let checks = 0;
  const throwing = defineEvent({
    type: 'throwing',
    data: z.unknown().transform((data) => {
      checks += 1;
      if (checks === 1) throw new Error('not yet');
      return data;
    }),
    tier: 'normal',
  });
  expect(
    await bus.emitAndWait(
      emitting(({ emit }) => emit(throwing, 1)),
      null,
    ),
  ).toMatchObject([{ status: 'fulfilled' }]);
  expect(checks).toBe(2);
});

it('ends a circle of events after sixteen of them, and names them', async () => {
  const { bus, errors } = prepare();
  let times = 0;
  const asked = emitting(({ emit }) => {
    times += 1;
    emit('asked', null);
  });
  await bus.emit(asked, null);
  await bus.idle();

  expect(times).toBe(17);
  expect(errors).toMatchObject([{ code: 'cycle', message: expect.stringContaining('asked → asked') }]);
});

it('begins one after its delay, for which idle waits, with the subject that it is given', async () => {
  const { bus } = prepare();
  const subjects: unknown[] = [];
  bus.on(told, ({ subject }) => void subjects.push(subject));
  await bus.emit(
    emitting(({ emit }) => emit(told, { text: 'a' }, { delayMs: 20, subject: 's-1' })),
    null,
  );
  await bus.idle();

  expect(subjects).toEqual(['s-1']);
});
