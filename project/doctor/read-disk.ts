import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { DiskState } from './check-disk.ts';

/** Looks at a data directory without making it. */
export function readDisk(dataDirectory: string): DiskState {
  const path = resolve(dataDirectory);
  const present = nearestPresent(path);
  return { path, refusal: refusalOf(present), freeBytes: freeBytesOf(present) };
}

function nearestPresent(path: string): string {
  return existsSync(path) || path === dirname(path) ? path : nearestPresent(dirname(path));
}

function refusalOf(path: string): string | null {
  try {
    if (!statSync(path).isDirectory()) return `"${path}" is no folder`;
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
    return null;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}

function freeBytesOf(path: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize;
  } catch {
    return null;
  }
}
