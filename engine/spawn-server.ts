import { spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { EngineError } from './engine-error.ts';
import type { EngineLog } from './engine-log.ts';
import { identifyProcess } from './process-identity.ts';
import type { ProcessIdentity } from './process-identity.ts';
import { endOnExit } from './server-process.ts';
import type { ServerProcess } from './server-process.ts';

interface Spawn {
  readonly executable: string;
  readonly arguments: readonly string[];
  readonly dataDirectory: string;
  readonly log: EngineLog;
  /** Called before the server runs. */
  readonly record: (identity: ProcessIdentity) => void;
}

// The process waits for a line and only then becomes the server, keeping its pid. Should this service be killed between
// starting it and recording it, it ends without a word, instead of holding the database where nobody finds it.
const waitForLeave = 'read -r leave && exec "$0" "$@" </dev/null';

/**
 * Starts the server in a process group of its own, so that a Ctrl-C in the terminal leaves it running until the service
 * has drained. It lives on when this process is killed by SIGKILL.
 * @throws EngineError `engine_start_failed`
 */
export function spawnServer({ executable, arguments: words, dataDirectory, log, record }: Spawn): ServerProcess {
  const child = spawn('/bin/sh', ['-c', waitForLeave, executable, ...words], {
    cwd: dataDirectory,
    detached: true,
    stdio: ['pipe', log.file, log.file],
  });
  closeSync(log.file);
  const ended = new Promise<string>((resolve) => {
    child.on('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`));
    child.on('error', (error) => resolve(error.message));
  });
  const { pid, stdin } = child;
  // It may be gone before it is told; its end says so.
  stdin?.on('error', () => undefined);
  const identity = pid === undefined ? undefined : identifyProcess(pid);
  if (identity === undefined || stdin === null) {
    throw new EngineError('engine_start_failed', `"/bin/sh" can't be started in "${dataDirectory}"`);
  }
  try {
    record(identity);
  } catch (error) {
    stdin.destroy();
    throw error;
  }
  stdin.end('leave\n');
  child.unref();
  const server = { identity, ended };
  endOnExit(server);
  return server;
}
