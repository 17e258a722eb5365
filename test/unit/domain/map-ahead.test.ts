import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { mapAhead } from '../../../domain/map-ahead.ts';

async function* each<T>(values: readonly T[]): AsyncGenerator<T> {
  yield* values;
}

async function all<T>(values: AsyncIterable<T>): Promise<readonly T[]> {
  const seen: T[] = [];
  for await (const value of values) seen.push(value);
  return seen;
}

it('maps all in their order, never more than so many at once, however long each takes', async () => {
  const takes = fc.array(fc.nat({ max: 3 }), { maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(takes, fc.integer({ min: 1, max: 5 }), async (values, ahead) => {
      let atWork = 0;
      const mapped = mapAhead(each(values), ahead, async (value, index) => {
        atWork += 1;
        expect(atWork).toBeLessThanOrEqual(ahead);
        for (let turn = 0; turn < value; turn += 1) await Promise.resolve();
        atWork -= 1;
        return [index, value];
      });
      expect(await all(mapped)).toEqual([...values.entries()]);
    }),
    { numRuns: 200 },
  );
});

it('gives what is mapped while the next has yet to come', async () => {
  async function* stalling(): AsyncGenerator<string> {
    yield 'a';
    await new Promise(() => undefined);
  }
  const mapped = mapAhead(stalling(), 8, async (value) => value);
  expect(await mapped.next()).toEqual({ done: false, value: 'a' });
  expect(await mapped.return(undefined)).toEqual({ done: true, value: undefined });
});

it('ends its source when nobody reads on, and fails with what fails', async () => {
  const ended = vi.fn();
  async function* watched(): AsyncGenerator<number> {
    try {
      for (let value = 0; ; value += 1) yield value;
    } finally {
      ended();
    }
  }
  const failing = mapAhead(watched(), 2, async (value) => {
    if (value === 3) throw new Error('three');
    return value;
  });
  await expect(all(failing)).rejects.toThrow('three');
  await vi.waitFor(() => expect(ended).toHaveBeenCalledOnce());
  const broken = mapAhead(
    (async function* () {
      yield 1;
      throw new Error('the source');
    })(),
    2,
    async (value) => value,
  );
  await expect(all(broken)).rejects.toThrow('the source');
});

it('ends a source that has no way to be ended', async () => {
  let value = 0;
  const values: AsyncIterable<number> = { [Symbol.asyncIterator]: () => ({ next: async () => ({ done: false, value: (value += 1) }) }) };
  for await (const seen of mapAhead(values, 2, async (one) => one)) if (seen === 3) break;
  expect(value).toBeGreaterThanOrEqual(3);
});
