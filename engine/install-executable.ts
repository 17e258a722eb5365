import { createHash } from 'node:crypto';
import { mkdtempSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { checkExecutable } from './check-executable.ts';
import type { Installation, Installer } from './installer.ts';
import { identifyProcess } from './process-identity.ts';

const DRAFT_PREFIX = 'installing-';

/**
 * Runs one installer and keeps its executable at the given path.
 * It works in a folder of its own beside that path and moves the finished executable over by one rename: two at once
 * only do the work twice.
 */
export async function installExecutable(installer: Installer, path: string): Promise<Installation> {
  const cache = dirname(path);
  let folder: string;
  try {
    mkdirSync(cache, { recursive: true });
    removeAbandoned(cache);
    folder = mkdtempSync(join(cache, `${DRAFT_PREFIX}${ownerOf(process.pid)}-`));
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return { ok: false, reason: `nothing can be kept in "${cache}" (${why})` };
  }
  try {
    const installation = await installer.install(folder);
    if (!installation.ok) return installation;
    const check = await checkExecutable(installation.path);
    if (!check.fits) return { ok: false, reason: check.reason };
    renameSync(installation.path, path);
    return { ok: true, path };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What a killed process has left: a folder is named after whoever works in it. */
function removeAbandoned(cache: string): void {
  for (const name of readdirSync(cache).filter((entry) => entry.startsWith(DRAFT_PREFIX))) {
    const [pid = '', start = ''] = name.slice(DRAFT_PREFIX.length).split('-');
    if (ownerOf(Number(pid)) !== `${pid}-${start}`) rmSync(join(cache, name), { recursive: true, force: true });
  }
}

/** A process by its number and when it started, as a part of a file's name; null for one that isn't there. */
function ownerOf(pid: number): string | null {
  const process = Number.isInteger(pid) && pid > 0 ? identifyProcess(pid) : undefined;
  return process === undefined ? null : `${pid}-${createHash('sha256').update(process.startTime).digest('hex').slice(0, 8)}`;
}
