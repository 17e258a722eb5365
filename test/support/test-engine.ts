import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';
import { identifyProcess } from '../../engine/process-identity.ts';
import type { TestEngine } from './cluster.ts';

const WAIT_MS = 30_000;
const LOOK_AGAIN_MS = 50;

/**
 * The engine, or the namespace of a cluster, that no process but this uses, for as long as it lives; files before may have left something in it.
 * Claimed by a file, not chosen by `VITEST_POOL_ID`: now and then two processes are given the same one.
 */
export function testEngine(): TestEngine {
  const { engines, claims } = inject('engines');
  const claimOf = ({ address, namespace }: TestEngine): string => join(claims, `${namespace}-${address.replace(':', '-')}`);
  // Another may have become free since, and stands before it.
  const own = engines.find((engine) => readHolder(claimOf(engine)) === process.pid);
  if (own !== undefined) return own;
  for (const untilMs = Date.now() + WAIT_MS; Date.now() < untilMs;) {
    const engine = engines.find((free) => claim(claimOf(free)));
    if (engine !== undefined) return engine;
    // One that is being ended has not gone yet.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOOK_AGAIN_MS);
  }
  throw new Error('more processes run test files than there are engines');
}

function claim(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    const holder = readHolder(file);
    if (holder !== null && identifyProcess(holder) === undefined) rmSync(file, { force: true });
    return false;
  }
}

/** Null while it is being written, or where it is gone. */
function readHolder(file: string): number | null {
  try {
    return Number(readFileSync(file, 'utf8')) || null;
  } catch {
    return null;
  }
}
