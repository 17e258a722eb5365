import { expect, it } from 'vitest';
import { toChunk } from '../../../../domain/chunk.ts';
import { acceptRun, stateOf } from '../../../../domain/event-run.ts';
import { toListedEvent, toListedState } from '../../../../domain/listed-run.ts';
import { chunkMemo, standingMemo } from '../../../../temporal/durable/chunk-memo.ts';
import { acceptedEvent } from '../../domain/event-samples.ts';

const event = acceptedEvent();

it('keeps an event that is alone as it came', () => {
  expect(chunkMemo(toChunk([event]))).toEqual({ event: toListedEvent(event) });
});

it('keeps where a run goes on', () => {
  const run = acceptRun(event);
  expect(chunkMemo(toChunk([event], [stateOf(run)]))).toEqual({ event: toListedEvent(event), standing: toListedState(run) });
});

it('keeps of several how many they are, and of none that there are none', () => {
  expect(chunkMemo(toChunk([event, event]))).toEqual({ events: 2 });
  expect(chunkMemo({ ...toChunk([event]), own: [] })).toEqual({ events: 0 });
});

it('keeps nothing of what is too large, and says so of where it stands', () => {
  const large = acceptedEvent({ source: 'x'.repeat(10_000) });
  expect(chunkMemo(toChunk([large]))).toEqual({});
  const followUps = Array.from({ length: 100 }, (_, index) => ({ id: `${index}-${'x'.repeat(100)}`, type: 'sample' }));
  expect(standingMemo({ ...acceptRun(event), followUps })).toEqual({ standing: false });
});
