// The sample tests of design 004, as a project writes them with the test kit.
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { z } from 'zod';
import { defineEvent } from '../../../index.ts';
import { createTestBus } from '../../../testing.ts';

it('waits for a handler that makes 42 of 21 in 10 ms', async () => {
  const doubled = defineEvent({
    type: 'doubled',
    data: z.object({ value: z.number() }),
    tier: 'normal',
    handler: async ({ data }) => {
      await delay(10);
      return data.value * 2;
    },
  });
  const run = await createTestBus({ events: [doubled] }).run(doubled, { value: 21 });
  expect(run.result?.action).toBe(42);
});

it('has ten handlers at work at once, each of them once', async () => {
  let counted = 0;
  let letAllGo = (): void => undefined;
  const allHaveBegun = new Promise<void>((resolve) => (letAllGo = resolve));
  const events = Array.from({ length: 10 }, (_, index) =>
    defineEvent({
      type: `counted-${index}`,
      data: z.object({}),
      tier: 'normal',
      handler: async () => {
        counted += 1;
        if (counted === 10) letAllGo();
        await allHaveBegun;
      },
    }),
  );
  const bus = createTestBus({ events });
  const runs = await Promise.all(events.map((event) => bus.run(event, {})));
  expect(runs.map(({ status }) => status)).toEqual(Array.from(events, () => 'completed'));
  expect(counted).toBe(10);
});

it('calls a mock exactly once', async () => {
  const send = vi.fn(async (to: string) => `sent to ${to}`);
  const welcomed = defineEvent({
    type: 'welcomed',
    data: z.object({ to: z.string() }),
    tier: 'normal',
    handler: ({ data }) => send(data.to),
  });
  const run = await createTestBus({ events: [welcomed] }).run(welcomed, { to: 'ada@example.org' });
  expect(run.result?.action).toBe('sent to ada@example.org');
  expect(send).toHaveBeenCalledExactlyOnceWith('ada@example.org');
});
