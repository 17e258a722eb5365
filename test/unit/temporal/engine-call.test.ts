import { WorkflowNotFoundError, WorkflowUpdateRPCTimeoutOrCancelledError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import { NamespaceNotFoundError } from '@temporalio/common';
import { describe, expect, it, vi } from 'vitest';
import { callEngine, isNotFound, lastWriteFailure, readEngine, reasonOf } from '../../../temporal/engine-call.ts';
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

describe('a namespace that is missing', () => {
  const said = 'Namespace default is not found.';
  const errors = [
    grpcError(5, said),
    new NamespaceNotFoundError('default'),
    new WorkflowNotFoundError(said, 'a', undefined),
    new Error('failed', { cause: grpcError(5, said) }),
  ];

  it.each(errors)('is no workflow that is missing: %s', async (given) => {
    const outcome = await readEngine(passing, 1_500, () => Promise.reject(given)).catch((thrown: unknown) => thrown);
    expect(outcome).toBeInstanceOf(EngineUnavailableError);
    expect(isNotFound(outcome)).toBe(false);
    expect(isNotFound(given)).toBe(false);
  });

  it('is told from a workflow that is missing', async () => {
    expect(isNotFound(new WorkflowNotFoundError('workflow not found for ID: a', 'a', undefined))).toBe(true);
    await expect(readEngine(passing, 1_500, () => Promise.reject(grpcError(5, 'workflow not found')))).rejects.toMatchObject({ code: 5 });
  });
});

describe('the last write', () => {
  it('has failed until one is done, for those who ask whether writes can be done', async () => {
    const client = newClient();
    const write = (code?: number) =>
      callEngine(client, 1_500, () =>
        code === undefined ? Promise.resolve() : Promise.reject(grpcError(code, 'database or disk is full')),
      );
    expect(lastWriteFailure(client)).toBeNull();
    // A deadline, a conflict, a limit: another may well be done.
    for (const code of [4, 8, 10]) await expect(write(code)).rejects.toThrow(EngineUnavailableError);
    expect(lastWriteFailure(client)).toBeNull();
    for (const code of [2, 13, 14]) {
      await expect(write(code)).rejects.toThrow(EngineUnavailableError);
      expect(lastWriteFailure(client)).toBe('database or disk is full');
      await write();
      expect(lastWriteFailure(client)).toBeNull();
    }
  });

  it('counts for a while only: one that nobody writes by is asked again', async () => {
    const client = newClient();
    await expect(callEngine(client, 1_500, () => Promise.reject(grpcError(13, 'disk I/O error')))).rejects.toThrow(EngineUnavailableError);
    const now = performance.now();
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => now + 60_000);
    expect(lastWriteFailure(client)).toBeNull();
    clock.mockRestore();
  });

  it('is not one that reads', async () => {
    const client = newClient();
    await expect(readEngine(client, 1_500, () => Promise.reject(grpcError(13, 'no')))).rejects.toThrow(EngineUnavailableError);
    expect(lastWriteFailure(client)).toBeNull();
  });
});

it('says of an error what the engine said', () => {
  expect(reasonOf(new EngineUnavailableError('away', { cause: grpcError(13, 'disk I/O error') }))).toBe('disk I/O error');
  expect(reasonOf(new EngineUnavailableError('away', { cause: new Error('refused') }))).toBe('refused');
  expect(reasonOf(new EngineUnavailableError('away'))).toBe('away');
});

const passing = newClient();

function newClient(): Client {
  return { withDeadline: (_deadline: number, call: () => unknown) => call() } as unknown as Client;
}

function grpcError(code: number, details = ''): Error {
  return Object.assign(new Error(`${code}`), { name: 'ServiceError', code, details, metadata: {} });
}
