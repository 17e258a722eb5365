import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { cluster, engineVariables, makeNamespace } from './cluster.ts';
import type { TestEngine } from './cluster.ts';

interface EngineFile {
  readonly address: string;
  readonly process: { readonly pid: number };
}

const namespaces = new Map<string, Promise<TestEngine>>();

/** What tells services that share a data directory where their engine is: nothing where they start one. */
export async function engineVariablesOf(dataDirectory: string): Promise<Readonly<Record<string, string>>> {
  return cluster === undefined ? {} : engineVariables(await engineOf(dataDirectory));
}

/** The engine of services that share a data directory: their own, or on a cluster a namespace. */
export async function engineOf(dataDirectory: string): Promise<TestEngine> {
  if (cluster === undefined) return { address: (await readEngineFile(dataDirectory)).address, namespace: 'default' };
  const known = namespaces.get(dataDirectory) ?? makeNamespace(cluster, basename(dataDirectory));
  namespaces.set(dataDirectory, known);
  return known;
}

/** Its process id; on a cluster that of the server, which all have in common. */
export async function enginePid(dataDirectory: string): Promise<number> {
  return cluster === undefined ? (await readEngineFile(dataDirectory)).process.pid : cluster.pidOf('server');
}

async function readEngineFile(dataDirectory: string): Promise<EngineFile> {
  return JSON.parse(await readFile(join(dataDirectory, 'engine.json'), 'utf8')) as EngineFile;
}
