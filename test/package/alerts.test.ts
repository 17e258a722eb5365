import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';

const run = promisify(execFile);
const cwd = fileURLToPath(new URL('../../deploy/prometheus', import.meta.url));
let folder: string;
let promtool: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tickless-promtool-'));
  promtool = findPromtool();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('fires each alert when it is to, and not before', async () => {
  const { stdout } = await run(promtool, ['test', 'rules', 'alerts.test.yml'], { cwd });
  expect(stdout).toContain('SUCCESS');
});

it('is a set-up that Prometheus takes', async () => {
  const { stdout } = await run(promtool, ['check', 'config', '--syntax-only', 'prometheus.yml'], { cwd });
  expect(stdout).toContain('SUCCESS');
});

/** The one of PROMTOOL or of the path, else that of Debian's package, which is unpacked and not installed. */
function findPromtool(): string {
  const { PROMTOOL = 'promtool' } = process.env;
  if (answers(PROMTOOL)) return PROMTOOL;
  try {
    execFileSync('apt-get', ['download', '-qq', 'prometheus'], { cwd: folder, stdio: 'ignore' });
    const [archive = ''] = readdirSync(folder).filter((name) => name.endsWith('.deb'));
    execFileSync('dpkg', ['-x', archive, '.'], { cwd: folder });
  } catch (cause) {
    throw new Error('promtool is neither on the path nor to be had by apt-get: install Prometheus, or set PROMTOOL to its path', { cause });
  }
  return join(folder, 'usr/bin/promtool');
}

function answers(command: string): boolean {
  try {
    execFileSync(command, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
