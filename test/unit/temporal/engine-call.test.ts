import { WorkflowUpdateRPCTimeoutOrCancelledError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import { describe, expect, it, vi } from 'vitest';
import { callEngine, isNotFound } from '../../../temporal/engine-call.ts';
import { EngineUnavailableError } from '../../../temporal/engine-unavailable-error.ts';

describe('callEngine', () => {
  it('gives up at its deadline, even if the client goes on', async () => {
    vi.useFakeTimers();
    const client = { withDeadline: (_deadline: number, call: () => unknown) => call() } as unknown as Client;
    const outcome = expect(callEngine(client, 1_500, () => new Promise(() => undefined))).rejects.toThrow(EngineUnavailableError);
    vi.advanceTimersByTime(1_500);
    await outcome;
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });

  it('takes an Update whose deadline has passed for one that the engine did not answer', async () => {
    const client = { withDeadline: (_deadline: number, call: () => unknown) => call() } as unknown as Client;
    const cause = Object.assign(new Error('4 DEADLINE_EXCEEDED'), { code: 4, details: '', metadata: {} });
    const error = new WorkflowUpdateRPCTimeoutOrCancelledError('Deadline exceeded', { cause });
    await expect(callEngine(client, 1_500, () => Promise.reject(error))).rejects.toThrow(EngineUnavailableError);
  });

  it.each([1, 2, 4, 8, 9, 10, 13, 14])('takes the error %i of the engine for one that leaves the outcome unknown', async (code) => {
    await expect(callEngine(passing, 1_500, () => Promise.reject(grpcError(code)))).rejects.toThrow(EngineUnavailableError);
  });

  it.each([3, 7, 12, 16])('passes the error %i on, which is a fault of ours or of the set-up', async (code) => {
    await expect(callEngine(passing, 1_500, () => Promise.reject(grpcError(code)))).rejects.toMatchObject({ code });
  });

  it('knows what is missing by the error 5, also in an error of the client', async () => {
    expect(isNotFound(grpcError(5))).toBe(true);
    expect(isNotFound(new Error('failed', { cause: grpcError(5) }))).toBe(true);
    expect(isNotFound(grpcError(14))).toBe(false);
    await expect(callEngine(passing, 1_500, () => Promise.reject(grpcError(5)))).rejects.toMatchObject({ code: 5 });
  });

  it('passes on what else goes wrong', async () => {
    const client = { withDeadline: (_deadline: number, call: () => unknown) => call() } as unknown as Client;
    const error = new Error('something else');
    await expect(callEngine(client, 1_500, () => Promise.reject(error))).rejects.toBe(error);
  });
});

const passing = { withDeadline: (_deadline: number, call: () => unknown) => call() } as unknown as Client;

function grpcError(code: number): Error {
  return Object.assign(new Error(`${code}`), { name: 'ServiceError', code, details: '', metadata: {} });
}
