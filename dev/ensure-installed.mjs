import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { linkSync, readFileSync, realpathSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

/**
 * Runs `npm ci` in the project's folder if `node_modules` is missing or older than the lock file. Plain JavaScript on
 * Node's own modules, since it runs before there are others; synchronous, since nothing can be done meanwhile.
 * Ends the process with npm's exit code if npm fails. Two at once: one installs, the other waits for it.
 *
 * @param {string} root the project's folder
 * @returns {void}
 */
export function ensureInstalled(root) {
  if (isFresh(root)) return;
  const lockFile = takeLock(root);
  let exitCode = 0;
  try {
    if (!isFresh(root)) exitCode = install(root);
  } finally {
    rmSync(lockFile, { force: true });
  }
  if (exitCode === 0) return;
  say('"npm ci" failed; its output is above.');
  process.exit(exitCode);
}

/** `npm install` writes both files in the same moment, in no certain order. */
const SAME_MOMENT_MS = 2_000;

/** npm writes the file inside `node_modules` at the end, so an installation that was cut off isn't taken for a whole one. */
function isFresh(root) {
  const installed = modifiedAtMs(installedFile(root));
  return installed !== undefined && installed + SAME_MOMENT_MS >= (modifiedAtMs(wantedFile(root)) ?? 0);
}

function install(root) {
  say('installing packages with "npm ci" …');
  // Standard output is the service's own, so npm gets standard error for both.
  const { status, error } = spawnSync('npm', ['ci', '--include=dev'], { cwd: root, stdio: ['ignore', 2, 2] });
  if (error !== undefined) say(`npm can't be run: ${error.message}`);
  if (status !== 0) return status ?? 1;
  // Without this, a lock file dated in the future would make every start install again.
  if (!isFresh(root)) utimesSync(installedFile(root), statSync(wantedFile(root)).atime, statSync(wantedFile(root)).mtime);
  return 0;
}

/**
 * Waits until no other process installs here. The lock lies outside of the project: `npm ci` deletes `node_modules`, and
 * the rest belongs to git.
 */
function takeLock(root) {
  const key = createHash('sha256').update(realpathSync(root)).digest('hex').slice(0, 16);
  const file = join(tmpdir(), `tickless-install-${userInfo().uid}-${key}.lock`);
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, describeProcess(process.pid) ?? '');
  try {
    for (let isFirst = true; ; isFirst = false) {
      if (tryLink(draft, file)) return file;
      if (removeIfStale(file)) continue;
      if (isFirst) say('another process is installing packages here; waiting for it …');
      sleep(200);
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Takes away the lock of a dead process, and gives it back should another have renewed it between the look and the rename. */
function removeIfStale(file) {
  const holder = readIfThere(file);
  if (holder === undefined) return true;
  if (holder === describeProcess(Number.parseInt(holder, 10))) return false;
  const grave = `${file}.stale-${process.pid}`;
  try {
    renameSync(file, grave);
  } catch {
    return true;
  }
  if (readIfThere(grave) !== holder) tryLink(grave, file);
  rmSync(grave, { force: true });
  return true;
}

/** The pid and, where `/proc` tells it, the start time: a pid alone is given to another process sooner or later. */
function describeProcess(pid) {
  const stat = readIfThere(`/proc/${pid}/stat`);
  if (stat !== undefined) return `${pid} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`;
  try {
    process.kill(pid, 0);
    return `${pid}`;
  } catch {
    return undefined;
  }
}

function tryLink(from, to) {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

function readIfThere(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function installedFile(root) {
  return join(root, 'node_modules', '.package-lock.json');
}

function wantedFile(root) {
  return join(root, 'package-lock.json');
}

function modifiedAtMs(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs;
}

function sleep(durationMs) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, durationMs);
}

function say(message) {
  process.stderr.write(`Tickless: ${message}\n`);
}
