import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from './service-process.ts';
import { until } from './until.ts';

export interface DevService {
  readonly url: string;
  output(): string;
  /** The id of the process that has the API, as it writes it down. */
  servicePid(): Promise<number>;
  stop(): Promise<void>;
}

const root = fileURLToPath(new URL('../..', import.meta.url));
// The first start compiles the service and bundles its workflows.
const READY_WITHIN_MS = 150_000;

/** Starts `tickless dev` with this repository's own project, which keeps its data in a folder of its own, and waits until it is ready. */
export async function startDevService(): Promise<DevService> {
  const folder = await mkdtemp(join(tmpdir(), 'tickless-dev-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const words = [join(root, 'cli/tickless.mjs'), 'dev', '--config', join(root, 'tickless.config.ts'), '--port', String(port)];
  const { TEMPORAL_ADDRESS: _ours, ...inherited } = process.env;
  const child = spawn(process.execPath, words, {
    cwd: folder,
    // No test cuts the power.
    env: { ...inherited, HOST: '127.0.0.1', LOG_LEVEL: 'warn', ENGINE_SYNC: 'normal' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const exited = once(child, 'exit');

  async function stop(): Promise<void> {
    if (!hasEnded()) child.kill('SIGTERM');
    await exited;
    await rm(folder, { recursive: true, force: true });
  }

  try {
    await until(
      'the service is ready',
      async () => {
        if (hasEnded()) throw new Error(`it ended before it was ready:\n${output}`);
        return (await fetch(`${url}/readyz`).catch(() => null))?.ok;
      },
      READY_WITHIN_MS,
    );
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url,
    output: () => output,
    async servicePid() {
      return (JSON.parse(await readFile(join(folder, '.tickless/service.lock'), 'utf8')) as { readonly pid: number }).pid;
    },
    stop,
  };
}
