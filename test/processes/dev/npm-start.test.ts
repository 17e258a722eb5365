import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { identifyProcess, isAlive, signalProcess } from '../../../engine/process-identity.ts';
import type { ProcessIdentity } from '../../../engine/process-identity.ts';
import { freePort } from '../../support/service-process.ts';
import { until } from '../../support/until.ts';
import { temporaryDirectory } from '../engine/fakes.ts';

// The first start compiles the service and bundles its workflows.
const READY_WITHIN_MS = 150_000;
const root = fileURLToPath(new URL('../../..', import.meta.url));

interface Started {
  readonly dataDirectory: string;
  readonly npm: ProcessIdentity;
  readonly node: ProcessIdentity;
  readonly engine: ProcessIdentity;
  readonly exited: Promise<unknown>;
}

/** What `npm start` runs, in a process group of its own as a terminal would have it; whatever is left of it is killed. */
async function npmStart(): Promise<Started> {
  const dataDirectory = temporaryDirectory();
  const { TEMPORAL_ADDRESS: _ours, ...inherited } = process.env;
  const port = await freePort();
  const env = {
    ...inherited,
    TICKLESS_DATA: dataDirectory,
    HOST: '127.0.0.1',
    PORT: String(port),
    LOG_LEVEL: 'warn',
    ENGINE_SYNC: 'normal',
  };
  const child = spawn('npm', ['start'], { cwd: root, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exited = once(child, 'exit');
  const npm = identityOf(child);
  onTestFinished(() => void signalProcess(npm, 'SIGKILL'));
  await until(
    'the service is ready',
    async () => {
      if (child.exitCode !== null) throw new Error(`npm ended before the service was ready:\n${output}`);
      return (await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => null))?.ok;
    },
    READY_WITHIN_MS,
  );
  const node = readJson(join(dataDirectory, 'service.lock')) as ProcessIdentity;
  const { process: engine } = readJson(join(dataDirectory, 'engine.json')) as { process: ProcessIdentity };
  onTestFinished(() => void [node, engine].map((left) => signalProcess(left, 'SIGKILL')));
  return { dataDirectory, npm, node, engine, exited };
}

it.each([
  ['npm', 'SIGTERM'],
  // npm passes on nothing of these two.
  ['npm', 'SIGHUP'],
  ['npm', 'SIGKILL'],
  ['node', 'SIGHUP'],
  // As a terminal does at a Ctrl-C; npm passes it on besides.
  ['the group', 'SIGINT'],
  ['the group', 'SIGHUP'],
] as const)('ends the service and its engine in order when %s gets %s', { timeout: READY_WITHIN_MS + 30_000 }, async (target, signal) => {
  const started = await npmStart();
  const pid = { npm: started.npm.pid, node: started.node.pid, 'the group': -started.npm.pid }[target];
  process.kill(pid, signal);
  await started.exited;
  await until('the service has ended', () => Promise.resolve(!isAlive(started.node)));
  expect(isAlive(started.engine)).toBe(false);
  // What an ordered stop leaves: no record of an engine to take over, and no lock.
  expect(['engine.json', 'service.lock'].filter((file) => existsSync(join(started.dataDirectory, file)))).toEqual([]);
});

function identityOf({ pid }: ChildProcess): ProcessIdentity {
  const identity = pid === undefined ? undefined : identifyProcess(pid);
  if (identity === undefined) throw new Error('npm could not be started');
  return identity;
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}
