import { setTimeout as pause } from 'node:timers/promises';
import { Connection } from '@temporalio/client';

interface Wait {
  readonly address: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** Asked before each try. */
  readonly isReady?: () => boolean;
}

const TRY_EVERY_MS = 25;

/** Tries until the server answers; undefined if it doesn't in time or the signal comes. Resolves with the server's version. */
export async function waitUntilAnswers({ address, timeoutMs, signal, isReady = () => true }: Wait): Promise<string | undefined> {
  const deadline = performance.now() + timeoutMs;
  const isOver = (): boolean => performance.now() >= deadline || signal?.aborted === true;
  while (!isOver()) {
    const version = isReady() ? await askForVersion(address, deadline) : undefined;
    if (version !== undefined) return version;
    await pause(TRY_EVERY_MS);
  }
  return undefined;
}

/** On a connection of its own each time, since a connection that has failed once waits a second before it tries again. */
async function askForVersion(address: string, deadline: number): Promise<string | undefined> {
  const connection = Connection.lazy({ address, interceptors: [] });
  try {
    const info = await connection.withDeadline(Date.now() + deadline - performance.now(), () =>
      connection.workflowService.getSystemInfo({}),
    );
    return info.serverVersion;
  } catch {
    return undefined;
  } finally {
    await connection.close();
  }
}
