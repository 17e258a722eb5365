import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';

/** Names one process for good: its number alone is given to another one sooner or later. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startTime: string;
}

export const processIdentitySchema = z.object({ pid: z.int().positive(), startTime: z.string() });

/** Whether reading a process's state is cheap here. Where it isn't (macOS), `ps` is asked. */
export const hasProcessFiles = existsSync('/proc/self/stat');

/** Undefined if no such process runs; one that has ended but wasn't collected by its parent doesn't count. */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  const found = hasProcessFiles ? readProcessFile(pid) : askForProcess(pid);
  return found === undefined || /^[ZX]/.test(found.state) ? undefined : { pid, startTime: found.startTime };
}

export function isAlive(identity: ProcessIdentity): boolean {
  return identifyProcess(identity.pid)?.startTime === identity.startTime;
}

/** Sends the signal if the process still is the one meant; says whether it was. */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (!isAlive(identity)) return false;
  try {
    return process.kill(identity.pid, signal);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
    throw error;
  }
}

interface ProcessState {
  readonly state: string;
  readonly startTime: string;
}

function readProcessFile(pid: number): ProcessState | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the command in brackets and may itself hold brackets and spaces (proc(5)).
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const startTime = fields[18];
    return state === undefined || startTime === undefined ? undefined : { state, startTime };
  } catch {
    return undefined;
  }
}

/** The same by `ps`, to the second. Time zone and language are fixed, since the text is compared over restarts. */
export function askForProcess(pid: number): ProcessState | undefined {
  try {
    const text = execFileSync('ps', ['-o', 'stat=', '-o', 'lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [state, ...time] = text.trim().split(/\s+/);
    return state === undefined || time.length === 0 ? undefined : { state, startTime: time.join(' ') };
  } catch {
    return undefined;
  }
}
