import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { requireCluster } from './cluster.ts';

const run = promisify(execFile);

/** Runs statements in a database of the cluster; gives what psql prints, its rows without a frame. */
export async function queryDatabase(database: 'temporal' | 'temporal_visibility', statements: string): Promise<string> {
  const { psql, port, user, password } = requireCluster().database;
  const words = ['-h', '127.0.0.1', '-p', String(port), '-U', user, '-d', database, '-v', 'ON_ERROR_STOP=1', '-At', '-c', statements];
  return (await run(psql, words, { env: { PGPASSWORD: password } })).stdout.trim();
}
