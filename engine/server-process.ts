import { setTimeout as pause } from 'node:timers/promises';
import { EngineError } from './engine-error.ts';
import { hasProcessFiles, isAlive, signalProcess } from './process-identity.ts';
import type { ProcessIdentity } from './process-identity.ts';

export interface ServerProcess {
  readonly identity: ProcessIdentity;
  /** Resolves when the process is gone, with how it ended, for people. */
  readonly ended: Promise<string>;
}

/** Where no process files are, each look starts a `ps`. */
const LOOK_EVERY_MS = hasProcessFiles ? 50 : 1_000;

/** Follows a process that isn't our child, hence by looking: one look reads one small file. */
export function watchProcess(identity: ProcessIdentity): ServerProcess {
  return { identity, ended: waitForEnd(identity) };
}

/**
 * Ends the process: by SIGTERM with 5 s to leave, or at once by SIGKILL, which the database (WAL) survives just as well.
 * @throws EngineError `engine_start_failed` if it can't be ended
 */
export async function endProcess({ identity, ended }: ServerProcess, how: 'gently' | 'at once'): Promise<void> {
  if (how === 'gently' && signalProcess(identity, 'SIGTERM') && (await endsWithin(ended, 5_000))) return;
  if (signalProcess(identity, 'SIGKILL') && !(await endsWithin(ended, 5_000))) {
    throw new EngineError('engine_start_failed', `The engine with pid ${identity.pid} can't be ended`);
  }
  await ended;
}

/**
 * Has this process take the server along whenever it exits, as at a stop that is cut short. Only a SIGKILL of this process
 * leaves the server running, for the next service to take over. At once, since nothing can be waited for in an exit.
 */
export function endOnExit({ identity, ended }: ServerProcess): void {
  const end = (): void => void signalProcess(identity, 'SIGKILL');
  process.once('exit', end);
  // Rejects never.
  void ended.then(() => process.off('exit', end));
}

async function waitForEnd(identity: ProcessIdentity): Promise<string> {
  // Unreferenced: looking at it must not keep a service alive that has nothing else to do.
  while (isAlive(identity)) await pause(LOOK_EVERY_MS, undefined, { ref: false });
  return 'it is gone';
}

async function endsWithin(ended: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  const giveUp = new AbortController();
  try {
    return await Promise.race([ended.then(() => true), pause(timeoutMs, false, { signal: giveUp.signal })]);
  } finally {
    giveUp.abort();
  }
}
