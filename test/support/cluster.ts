import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { createLogger } from '../../config/logger.ts';
import { prepareNamespace } from '../../engine/prepare-namespace.ts';
import { until } from './until.ts';

/** A namespace of a server. */
export interface TestEngine {
  readonly address: string;
  readonly namespace: string;
}

/** Of a cluster that `npm run test:cluster` has started; it starts again what is killed. */
interface Cluster {
  readonly address: string;
  readonly database: { readonly psql: string; readonly port: number; readonly user: string; readonly password: string };
  /** The server's process, or PostgreSQL's, which is there no more between an end and the next start. */
  pidOf(program: 'server' | 'postgres'): number;
}

const RETENTION_MS = 86_400_000;

/** Undefined where tests have embedded engines. */
export const cluster = readCluster(process.env['TEST_CLUSTER']);

/** For tests that run on nothing else. */
export function requireCluster(): Cluster {
  if (cluster === undefined) throw new Error('"npm run test:cluster" runs this');
  return cluster;
}

function readCluster(folder: string | undefined): Cluster | undefined {
  if (folder === undefined) return undefined;
  return {
    ...(JSON.parse(readFileSync(join(folder, 'cluster.json'), 'utf8')) as Omit<Cluster, 'pidOf'>),
    pidOf: (program) => Number(readFileSync(join(folder, `${program}.pid`), 'utf8')),
  };
}

/** Makes a namespace of its own that is ready for workflows. */
export async function makeNamespace({ address }: Pick<Cluster, 'address'>, namespace: string): Promise<TestEngine> {
  const connection = await Connection.connect({ address });
  try {
    await connection.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: msToTs(RETENTION_MS) });
    await prepareNamespace({
      connection,
      namespace,
      retentionMs: RETENTION_MS,
      kind: 'external',
      logger: createLogger('silent'),
      timeoutMs: 60_000,
    });
  } finally {
    await connection.close();
  }
  return { address, namespace };
}

/** Ends one of its programs, and waits until it is started again, which is not yet until it answers. */
export async function restart({ pidOf }: Cluster, program: 'server' | 'postgres', signal: NodeJS.Signals): Promise<void> {
  const pid = pidOf(program);
  process.kill(pid, signal);
  const next = async (): Promise<boolean> => {
    try {
      return pidOf(program) !== pid;
    } catch {
      return false;
    }
  };
  await until(`${program} is started again`, next, 60_000);
}

/** For a process of the service, as the SDK reads it. */
export function engineVariables({ address, namespace }: TestEngine): {
  readonly TEMPORAL_ADDRESS: string;
  readonly TEMPORAL_NAMESPACE: string;
} {
  return { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace };
}
