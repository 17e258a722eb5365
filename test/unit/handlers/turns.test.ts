import { expect, it } from 'vitest';
import { createTurns } from '../../../handlers/hosts/turns.ts';

const going = new AbortController().signal;

it('gives so many turns at once, and the next in order', async () => {
  const turns = createTurns(2);
  const begun: number[] = [];
  const taking = [1, 2, 3, 4].map((one) => turns.take(going).then(() => begun.push(one)));
  await Promise.all(taking.slice(0, 2));
  expect(begun).toEqual([1, 2]);

  turns.giveBack();
  await taking[2];
  expect(begun).toEqual([1, 2, 3]);
  turns.giveBack();
  await taking[3];
  turns.giveBack();
  turns.giveBack();

  expect(begun).toEqual([1, 2, 3, 4]);
  expect(turns.taken()).toBe(0);
});

it('gives none to who is to stop, and holds up nobody behind', async () => {
  const turns = createTurns(1);
  const stop = new AbortController();
  await turns.take(going);
  const stopped = turns.take(stop.signal);
  const next = turns.take(going);

  stop.abort(new Error('stopped'));
  await expect(stopped).rejects.toThrow('stopped');
  await expect(turns.take(stop.signal)).rejects.toThrow('stopped');
  turns.giveBack();
  await next;

  expect(turns.taken()).toBe(1);
});
