import { execFile } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../test/support/service-process.ts';
import { until } from '../../test/support/until.ts';
import { OTHER_PORTS, planCluster } from './compose-plan.ts';
import type { ComposePlan, Variables } from './compose-plan.ts';
import { keepRunning } from './keep-running.ts';
import type { Kept } from './keep-running.ts';

export interface Programs {
  /** With `postgres` and `initdb`. */
  readonly postgres: string;
  /** With `temporal-server` and `temporal-sql-tool`. */
  readonly server: string;
  /** Temporal's command line. */
  readonly temporal: string;
}

export interface Cluster {
  /** Holds what tests need to know of it: see `test/support/cluster.ts`. */
  readonly folder: string;
  stop(): Promise<void>;
}

const run = promisify(execFile);

/** Starts PostgreSQL and the server with what the compose file says, on free ports of this machine, with a namespace that is ready. */
export async function startCluster(root: string, programs: Programs): Promise<Cluster> {
  const folder = mkdtempSync(join(tmpdir(), 'tickless-cluster-'));
  // PostgreSQL's user has to come through to its own folder.
  chmodSync(folder, 0o711);
  const kept: Kept[] = [];
  const stop = async (): Promise<void> => {
    for (const one of kept.toReversed()) await one.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const ports = { postgres: await freePort(), frontend: await freePort(), others: await distinctPorts(OTHER_PORTS.length) };
    const plan = planCluster(readFileSync(join(root, 'docker-compose.yml'), 'utf8'), root, ports);
    kept.push(await startPostgres({ folder, plan, port: ports.postgres, programs }));
    await runJob(plan.schema, programs);
    kept.push(
      keepRunning({
        file: join(programs.server, 'temporal-server'),
        arguments: ['start'],
        variables: plan.server,
        log: join(folder, 'server.log'),
        pidFile: join(folder, 'server.pid'),
        stopSignal: 'SIGTERM',
      }),
    );
    await runJob(plan.namespace, programs);
    const database = {
      psql: join(programs.postgres, 'psql'),
      port: ports.postgres,
      user: plan.postgres.user,
      password: plan.postgres.password,
    };
    writeFileSync(join(folder, 'cluster.json'), JSON.stringify({ address: `127.0.0.1:${ports.frontend}`, database }));
    return { folder, stop };
  } catch (error) {
    const printed = ['postgres.log', 'server.log'].map((name) => tail(join(folder, name)));
    await stop();
    throw new Error(`The cluster did not come up.\n${printed.join('\n')}`, { cause: error });
  }
}

interface PostgresStart {
  readonly folder: string;
  readonly plan: ComposePlan;
  readonly port: number;
  readonly programs: Programs;
}

async function startPostgres({ folder, plan, port, programs }: PostgresStart): Promise<Kept> {
  const user = await databaseUser();
  // Its sockets and its data; root's are refused.
  const home = join(folder, 'postgres');
  mkdirSync(home);
  const passwordFile = join(home, 'password');
  writeFileSync(passwordFile, plan.postgres.password);
  const logFile = join(folder, 'postgres.log');
  writeFileSync(logFile, '');
  if (user !== undefined) for (const path of [home, passwordFile, logFile]) chownSync(path, user.uid, user.gid);
  const data = join(home, 'data');
  const words = ['-D', data, '-U', plan.postgres.user, `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--no-sync', '-E', 'UTF8'];
  await run(join(programs.postgres, 'initdb'), words, { cwd: home, ...user });
  const postgres = keepRunning({
    file: join(programs.postgres, 'postgres'),
    arguments: ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', home, ...plan.postgres.arguments],
    ...(user !== undefined && { user }),
    log: logFile,
    pidFile: join(folder, 'postgres.pid'),
    // Ends what is under way, unlike SIGTERM, which waits for it.
    stopSignal: 'SIGINT',
  });
  const ready = (): Promise<boolean> =>
    run(join(programs.postgres, 'pg_isready'), ['-h', '127.0.0.1', '-p', String(port)]).then(
      () => true,
      () => false,
    );
  await until('PostgreSQL is ready', ready, 60_000).catch(async (error: unknown) => {
    await postgres.stop();
    throw error;
  });
  return postgres;
}

/** Whom Debian's package has made for it, where this process is root's, whom PostgreSQL refuses. */
async function databaseUser(): Promise<{ readonly uid: number; readonly gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const id = async (option: string): Promise<number> => Number((await run('id', [option, 'postgres'])).stdout);
  return { uid: await id('-u'), gid: await id('-g') };
}

/** One of the scripts of `deploy/temporal`, as it is. */
async function runJob(
  { script, variables }: { readonly script: string; readonly variables: Variables },
  programs: Programs,
): Promise<void> {
  const path = [programs.server, dirname(programs.temporal), process.env['PATH']].join(delimiter);
  await run('/bin/sh', [script], { env: { HOME: process.env['HOME'], ...variables, PATH: path } });
}

async function distinctPorts(count: number): Promise<readonly number[]> {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await freePort());
  return [...ports];
}

function tail(file: string): string {
  try {
    return readFileSync(file, 'utf8').slice(-2_000);
  } catch {
    return '';
  }
}
