// `node dev/install.mjs <folder>`: runs `npm ci` there, one at a time, as the process that `ensure-installed.mjs` starts for it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { takeInstallLock } from './install-lock.mjs';
import { isInstalled } from './is-installed.mjs';

const [, , root] = process.argv;
let npm;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    // npm has the same signal, as one of this group; the lock is held until it has tidied up.
    if (npm === undefined) process.exit(1);
  });
}
const lock = await takeInstallLock(root, say);
process.on('exit', () => lock.release());
if (!isInstalled(root)) process.exitCode = await install();

async function install() {
  say('installing packages with "npm ci" …');
  // npm deletes it too, but fails (ENOTEMPTY) where what an npm that was killed has started still writes to it.
  rmSync(join(root, 'node_modules'), { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  // The shell waits for a line and only then becomes npm, keeping its pid: npm never runs without being named in the lock.
  const waitForLeave = 'read -r leave && exec npm ci --include=dev </dev/null';
  npm = spawn('/bin/sh', ['-c', waitForLeave], { cwd: root, stdio: ['pipe', 'inherit', 'inherit'] });
  const ended = once(npm, 'exit');
  // It may be gone before it is told; its end says so.
  npm.stdin.on('error', () => undefined);
  lock.share(npm.pid);
  npm.stdin.end('leave\n');
  const [exitCode] = await ended;
  if (exitCode === 0) return 0;
  say('"npm ci" failed; its output is above.');
  return exitCode ?? 1;
}

function say(message) {
  process.stderr.write(`Tickless: ${message}\n`);
}
