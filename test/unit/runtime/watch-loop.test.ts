import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { watchLoop } from '../../../runtime/watch-loop.ts';

it('tells a loop that works from one that waits', async () => {
  const isBusy = watchLoop();
  await pause(50);
  expect(isBusy()).toBe(false);
});

it('tells a loop that has had no rest', async () => {
  // A turn's end is when the loop counts it.
  await pause(1);
  const isBusy = watchLoop();
  const untilMs = performance.now() + 50;
  while (performance.now() < untilMs) await new Promise(setImmediate);
  expect(isBusy()).toBe(true);
});
