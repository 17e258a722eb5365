import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { callWith } from '../../../domain/middleware.ts';
import type { Middleware } from '../../../domain/middleware.ts';
import { handledEvent, handlerContext } from './event-samples.ts';

const event = handledEvent({ amount: 3 });
const context = handlerContext();

function call(use: readonly Middleware[], stage: () => unknown = () => 'done'): Promise<unknown> {
  return callWith(use, event, context, stage);
}

it('goes through all of it in order, and back in the opposite order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(20), async (count) => {
      const steps: string[] = [];
      const use = Array.from({ length: count }, (_, index): Middleware => async (_event, _context, next) => {
        steps.push(`in ${index}`);
        const value = await next();
        steps.push(`out ${index}`);
        return [index, value];
      });

      const value = await call(use, () => {
        steps.push('stage');
        return 'done';
      });

      const numbers = [...use.keys()];
      expect(steps).toEqual([...numbers.map((index) => `in ${index}`), 'stage', ...numbers.toReversed().map((index) => `out ${index}`)]);
      expect(value).toEqual(numbers.reduceRight((inner: unknown, index) => [index, inner], 'done'));
    }),
  );
});

it('hands on event and context', async () => {
  const seen = vi.fn();

  await call([(...[given, surroundings]) => seen(given, surroundings)]);

  expect(seen).toHaveBeenCalledExactlyOnceWith(event, context);
});

it('gives what middleware returns that calls no next, and the stage does not run', async () => {
  const stage = vi.fn();

  expect(await call([() => 'kept'], stage)).toBe('kept');
  expect(stage).not.toHaveBeenCalled();
});

it('lets middleware catch what the stage throws', async () => {
  const stage = (): never => {
    throw new Error('broken');
  };

  expect(await call([async (_event, _context, next) => next().catch(String)], stage)).toBe('Error: broken');
  await expect(call([async (_event, _context, next) => next()], stage)).rejects.toThrow('broken');
});

it.each<[string, Middleware]>([
  ['one after the other', async (_event, _context, next) => [await next(), await next()]],
  [
    'without waiting',
    (_event, _context, next) => {
      const first = next();
      void next();
      return first;
    },
  ],
])('refuses a second next, called %s', async (_how, middleware) => {
  const stage = vi.fn(() => 'done');

  await expect(call([middleware], stage)).rejects.toMatchObject({
    name: 'PermanentError',
    code: 'handler_failed',
    message: 'middleware called next() twice',
  });
  expect(stage).toHaveBeenCalledOnce();
});

it('is what it was when the call began, whatever is added meanwhile', async () => {
  const added = vi.fn();
  const use: Middleware[] = [
    async (_event, _context, next) => {
      use.push(added);
      return next();
    },
  ];

  expect(await call(use)).toBe('done');
  expect(added).not.toHaveBeenCalled();
});
