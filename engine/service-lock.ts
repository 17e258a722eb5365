import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { EngineError } from './engine-error.ts';
import { writeJsonFile } from './json-file.ts';
import { identifyProcess, isAlive, processIdentitySchema } from './process-identity.ts';

export interface ServiceLock {
  release(): void;
}

const holderSchema = processIdentitySchema.extend({ token: z.string() });
type Holder = Readonly<z.infer<typeof holderSchema>>;

/**
 * Makes this process the only service on a data directory.
 *
 * A lock is a file that a hard link creates, whole or not at all. It is never deleted from outside: who finds its holder
 * dead claims it by one more link, `service.lock.after-<token of the dead>`, which succeeds for one process only, and then
 * replaces the lock. A claim counts only while the chain from the lock leads to it, so that one made too late, after
 * another had replaced the lock, is noticed and withdrawn. A claimer that dies is claimed in its turn.
 *
 * @throws EngineError `data_directory_in_use` with the holder's pid
 */
export function takeServiceLock(dataDirectory: string): ServiceLock {
  const lockFile = join(dataDirectory, 'service.lock');
  const own: Holder = { ...describeSelf(), token: randomUUID() };
  const draft = join(dataDirectory, `service.lock.${own.token}`);
  try {
    writeJsonFile(draft, own);
    for (;;) {
      const dead = readHolders(lockFile);
      const last = dead.at(-1);
      if (last !== undefined && isAlive(last)) throw inUse(dataDirectory, last.pid);
      const place = last === undefined ? lockFile : claimFile(lockFile, last);
      if (!tryLink(draft, place)) continue;
      if (readHolders(lockFile).at(-1)?.token === own.token) {
        if (last !== undefined) renameSync(draft, lockFile);
        for (const holder of dead) rmSync(claimFile(lockFile, holder), { force: true });
        return { release: () => releaseLock(lockFile, own) };
      }
      rmSync(place, { force: true });
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Who holds the lock (last), and the dead ones before it. */
function readHolders(lockFile: string): readonly Holder[] {
  const holders: Holder[] = [];
  for (let holder = readHolder(lockFile); holder !== undefined; holder = readHolder(claimFile(lockFile, holder))) holders.push(holder);
  return holders;
}

function readHolder(file: string): Holder | undefined {
  const text = readIfThere(file);
  if (text === undefined) return undefined;
  try {
    return holderSchema.parse(JSON.parse(text));
  } catch (cause) {
    const message = `The lock file "${file}" is damaged. Delete it, if no service runs on this data directory.`;
    throw new EngineError('data_directory_in_use', message, { cause });
  }
}

function releaseLock(lockFile: string, own: Holder): void {
  if (readHolder(lockFile)?.token === own.token) rmSync(lockFile, { force: true });
}

function claimFile(lockFile: string, dead: Holder): string {
  return `${lockFile}.after-${dead.token}`;
}

function tryLink(draft: string, place: string): boolean {
  try {
    linkSync(draft, place);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function describeSelf(): { readonly pid: number; readonly startTime: string } {
  return identifyProcess(process.pid) ?? { pid: process.pid, startTime: '' };
}

function inUse(dataDirectory: string, pid: number): EngineError {
  return new EngineError(
    'data_directory_in_use',
    `The data directory "${dataDirectory}" is in use by the service with pid ${pid}. Stop that one, or set TICKLESS_DATA to another directory.`,
  );
}
