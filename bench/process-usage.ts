import { readdir, readFile } from 'node:fs/promises';

// What Linux counts CPU time in, whatever its kernel was built with.
const MS_PER_TICK = 10;

/** Megabytes of a process in memory. */
export async function residentMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1_024;
}

/** Milliseconds that a process has computed so far. */
export async function cpuMs(pid: number): Promise<number> {
  return parseStat(await readFile(`/proc/${pid}/stat`, 'utf8')).cpuMs;
}

/** The same for each of its threads' names, `main` for its first; those that have ended are left out. */
export async function cpuMsByThread(pid: number): Promise<ReadonlyMap<string, number>> {
  const threads = new Map<string, number>();
  for (const id of await readdir(`/proc/${pid}/task`)) {
    const stat = await readFile(`/proc/${pid}/task/${id}/stat`, 'utf8').catch(() => null);
    if (stat === null) continue;
    const { name: command, cpuMs } = parseStat(stat);
    const name = id === String(pid) ? 'main' : command;
    threads.set(name, (threads.get(name) ?? 0) + cpuMs);
  }
  return threads;
}

function parseStat(stat: string): { readonly name: string; readonly cpuMs: number } {
  const [, name = '', rest = ''] = /^\d+ \((.*)\) (.*)$/s.exec(stat) ?? [];
  const fields = rest.split(' ');
  // User and system time, the 14th and 15th of all.
  return { name, cpuMs: (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK };
}
