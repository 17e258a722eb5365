import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { isInstalled } from './is-installed.mjs';

const INSTALL = fileURLToPath(new URL('./install.mjs', import.meta.url));
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Runs `npm ci` in the project's folder unless `node_modules` holds what `package-lock.json` asks for. Plain JavaScript on
 * Node's own modules, since it runs before there are others. Ends this process with npm's exit code if npm fails.
 *
 * The work is done by a process in a group of its own, which ends with all that npm has started when this process is told
 * to stop. If this process is killed by SIGKILL, the work goes on, and the next start waits for it.
 *
 * @param {string} root the project's folder
 * @returns {Promise<void>}
 */
export async function ensureInstalled(root) {
  if (isInstalled(root)) return;
  // Standard output is the service's own, so npm gets standard error for both.
  const installer = spawn(process.execPath, [INSTALL, root], { detached: true, stdio: ['ignore', 2, 2] });
  let stoppedBy;
  const stop = (signal) => {
    // Whoever asks again doesn't want to wait for npm to tidy up.
    killGroup(installer.pid, stoppedBy === undefined ? signal : 'SIGKILL');
    stoppedBy ??= signal;
  };
  for (const signal of SIGNALS) process.on(signal, stop);
  const [exitCode] = await once(installer, 'exit');
  for (const signal of SIGNALS) process.off(signal, stop);
  if (stoppedBy !== undefined) process.exit(128 + constants.signals[stoppedBy]);
  if (exitCode !== 0) process.exit(exitCode ?? 1);
}

function killGroup(leader, signal) {
  try {
    process.kill(-leader, signal);
  } catch {
    // All of it has ended.
  }
}
