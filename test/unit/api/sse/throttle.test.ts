import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createThrottle } from '../../../../api/sse/throttle.ts';

let passed: number[];
const create = () => createThrottle<number>(250, (value) => passed.push(value));

beforeEach(() => {
  vi.useFakeTimers();
  passed = [];
});
afterEach(() => {
  vi.runAllTimers();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

it('passes the first value on at once', () => {
  create().offer(1);
  expect(passed).toEqual([1]);
});

it('passes the newest on when the gap is over', () => {
  const throttle = create();
  for (const value of [1, 2, 3]) throttle.offer(value);
  vi.advanceTimersByTime(249);
  expect(passed).toEqual([1]);
  vi.advanceTimersByTime(1);
  expect(passed).toEqual([1, 3]);
});

it('keeps the gap after a value that waited', () => {
  const throttle = create();
  throttle.offer(1);
  throttle.offer(2);
  vi.advanceTimersByTime(250);
  throttle.offer(3);
  expect(passed).toEqual([1, 2]);
  vi.advanceTimersByTime(250);
  expect(passed).toEqual([1, 2, 3]);
});

it('passes on at once again after a quiet gap', () => {
  const throttle = create();
  throttle.offer(1);
  vi.advanceTimersByTime(250);
  throttle.offer(2);
  expect(passed).toEqual([1, 2]);
});

it('flushes a value in the gap, and drops the one that waited', () => {
  const throttle = create();
  throttle.offer(1);
  throttle.offer(2);
  throttle.flush(3);
  vi.advanceTimersByTime(1_000);
  expect(passed).toEqual([1, 3]);
});

it('passes nothing on once stopped', () => {
  const throttle = create();
  throttle.offer(1);
  throttle.offer(2);
  throttle.stop();
  expect(vi.getTimerCount()).toBe(0);
  expect(passed).toEqual([1]);
});
