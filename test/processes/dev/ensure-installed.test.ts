import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, realpathSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory, writeExecutable } from '../engine/fakes.ts';

const MODULE = join(import.meta.dirname, '../../../dev/ensure-installed.mjs');
const FAKE_NPM = `
  echo "$@" >> calls
  echo "npm speaks"
  rm -rf node_modules; sleep 0.3; mkdir node_modules
  echo {} > node_modules/.package-lock.json
`;

describe('ensureInstalled', () => {
  it('installs when there are no packages, and not a second time', async () => {
    const project = createProject();
    const first = await run(project);
    expect(first).toMatchObject({ code: 0, stdout: 'ready\n' });
    expect(first.stderr).toBe('Tickless: installing packages with "npm ci" …\nnpm speaks\n');
    expect(await run(project)).toEqual({ code: 0, stdout: 'ready\n', stderr: '' });
    expect(readCalls(project)).toEqual(['ci --include=dev']);
  });

  it('installs again when the lock file is newer', async () => {
    const project = createProject();
    await run(project);
    const later = statSync(join(project.root, 'node_modules/.package-lock.json')).mtimeMs / 1_000 + 60;
    utimesSync(join(project.root, 'package-lock.json'), later, later);
    await run(project);
    await run(project);
    expect(readCalls(project)).toHaveLength(2);
  });

  it('installs again after an installation that was cut off', async () => {
    const project = createProject();
    mkdirSync(join(project.root, 'node_modules'));
    await run(project);
    expect(readCalls(project)).toHaveLength(1);
  });

  it("ends with npm's exit code and shows npm's output when it fails", async () => {
    const project = createProject('echo "npm error: no network" >&2; exit 6');
    const result = await run(project);
    expect(result).toMatchObject({ code: 6, stdout: '' });
    expect(result.stderr).toMatch(/npm error: no network\nTickless: "npm ci" failed/);
    // The failed one left no lock behind.
    expect(await run(project)).toMatchObject({ code: 6 });
  });

  it('lets two at once install one time', async () => {
    const project = createProject();
    const results = await Promise.all([run(project), run(project)]);
    expect(results.map(({ code }) => code)).toEqual([0, 0]);
    expect(readCalls(project)).toHaveLength(1);
  });

  it('does not wait for an installation that was killed', async () => {
    const project = createProject();
    const key = createHash('sha256').update(realpathSync(project.root)).digest('hex').slice(0, 16);
    writeFileSync(join(tmpdir(), `tickless-install-${userInfo().uid}-${key}.lock`), `${process.pid} 1`);
    expect(await run(project)).toMatchObject({ code: 0 });
    expect(readCalls(project)).toHaveLength(1);
  });
});

interface Project {
  readonly root: string;
  readonly bin: string;
}

function createProject(npm = FAKE_NPM): Project {
  const directory = temporaryDirectory();
  const project = { root: join(directory, 'project'), bin: join(directory, 'bin') };
  mkdirSync(project.root);
  writeFileSync(join(project.root, 'package-lock.json'), '{}');
  writeExecutable(join(project.bin, 'npm'), npm);
  return project;
}

async function run({ root, bin }: Project) {
  const script = `(await import(${JSON.stringify(MODULE)})).ensureInstalled(${JSON.stringify(root)}); console.log('ready');`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    env: { ...process.env, PATH: `${bin}:/usr/bin:/bin` },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, stdout, stderr };
}

function readCalls({ root }: Project): readonly string[] {
  return readFileSync(join(root, 'calls'), 'utf8').trim().split('\n');
}
