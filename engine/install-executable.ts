import { mkdtempSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { checkExecutable } from './check-executable.ts';
import type { Installation, Installer } from './installer.ts';

const DRAFT_PREFIX = 'installing-';

/** Longer than any installer takes; what is older was left by one that was killed. */
const ABANDONED_AFTER_MS = 2 * 3_600_000;

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
    folder = mkdtempSync(join(cache, DRAFT_PREFIX));
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

function removeAbandoned(cache: string): void {
  for (const name of readdirSync(cache).filter((entry) => entry.startsWith(DRAFT_PREFIX))) {
    const folder = join(cache, name);
    const modifiedAtMs = statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (Date.now() - modifiedAtMs > ABANDONED_AFTER_MS) rmSync(folder, { recursive: true, force: true });
  }
}
