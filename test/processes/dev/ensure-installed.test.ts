import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readFileSync, realpathSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { hasProcessFiles, identifyProcess, isAlive, signalProcess } from '../../../engine/process-identity.ts';
import type { ProcessIdentity } from '../../../engine/process-identity.ts';
import { until } from '../../support/until.ts';
import { temporaryDirectory, writeExecutable } from '../engine/fakes.ts';

const MODULE = join(import.meta.dirname, '../../../dev/ensure-installed.mjs');
/** Installs what the lock file asks for, once the file `go` is there. */
const FAKE_NPM = `
  echo "$@" >> calls
  echo $$ > npm.pid
  echo "npm speaks"
  rm -rf node_modules; mkdir node_modules
  until [ -e go ]; do sleep 0.05; done
  cp package-lock.json node_modules/.package-lock.json
`;

describe('ensureInstalled', () => {
  it('installs when there are no packages, and not a second time', async () => {
    const project = createProject();
    const first = await run(project).ended;
    expect(first).toMatchObject({ code: 0, stdout: 'ready\n' });
    expect(first.stderr).toBe('Tickless: installing packages with "npm ci" …\nnpm speaks\n');
    expect(await run(project).ended).toEqual({ code: 0, stdout: 'ready\n', stderr: '' });
    expect(readCalls(project)).toEqual(['ci --include=dev']);
  });

  it('goes by what is installed and not by dates, so that a copy of the folder is whole', async () => {
    const project = createProject();
    await run(project).ended;
    const copy = { ...project, root: `${project.root}-copied` };
    cpSync(project.root, copy.root, { recursive: true });
    utimesSync(join(copy.root, 'package-lock.json'), 4_000_000_000, 4_000_000_000);
    await run(copy).ended;
    expect(readCalls(copy)).toHaveLength(1);
  });

  it.each([
    ['another version', { 'node_modules/a': { version: '2.0.0' } }],
    ['a package more', { 'node_modules/a': { version: '1.0.0' }, 'node_modules/b': { version: '1.0.0' } }],
    ['a package less', {}],
  ])('installs again when the lock file asks for %s, be it an older file', async (_title, wanted) => {
    const project = createProject();
    await run(project).ended;
    writeLockFile(project, wanted);
    utimesSync(join(project.root, 'package-lock.json'), 1_000_000_000, 1_000_000_000);
    await run(project).ended;
    await run(project).ended;
    expect(readCalls(project)).toHaveLength(2);
  });

  it('takes what npm has installed by hand, without the optional packages of other platforms', async () => {
    const project = createProject();
    const installed = { 'node_modules/a': { version: '1.0.0', resolved: 'https://example.org/a.tgz', integrity: 'sha512-a' } };
    writeLockFile(project, { ...installed, 'node_modules/for-others': { version: '1.0.0', optional: true } });
    mkdirSync(join(project.root, 'node_modules'));
    writeFileSync(join(project.root, 'node_modules/.package-lock.json'), JSON.stringify({ packages: installed }));
    await run(project).ended;
    expect(readCalls(project)).toEqual([]);
  });

  it.each([
    ['before npm wrote its record', undefined],
    ['while npm wrote its record', '{"packages": {"node_modules/a"'],
  ])('installs again after an installation that was cut off %s', async (_title, record) => {
    const project = createProject();
    mkdirSync(join(project.root, 'node_modules'));
    if (record !== undefined) writeFileSync(join(project.root, 'node_modules/.package-lock.json'), record);
    await run(project).ended;
    expect(readCalls(project)).toHaveLength(1);
  });

  it("ends with npm's exit code and shows npm's output when it fails", async () => {
    const project = createProject('echo "npm error: no network" >&2; exit 6');
    const result = await run(project).ended;
    expect(result).toMatchObject({ code: 6, stdout: '' });
    expect(result.stderr).toMatch(/npm error: no network\nTickless: "npm ci" failed/);
    // The failed one left no lock behind.
    expect(await run(project).ended).toMatchObject({ code: 6 });
    expect(existsSync(lockFile(project))).toBe(false);
  });

  it('lets two at once install one time', async () => {
    const project = createProject();
    const results = await Promise.all([run(project).ended, run(project).ended]);
    expect(results.map(({ code }) => code)).toEqual([0, 0]);
    expect(readCalls(project)).toHaveLength(1);
  });

  it('lets two install one time, though each has its own folder of temporary files', async () => {
    const project = createProject(FAKE_NPM, 'held');
    const first = run(project, { TMPDIR: temporaryDirectory() });
    await npmOf(project);
    const next = run(project, { TMPDIR: temporaryDirectory() });
    await until('the next start waits', () => Promise.resolve(next.stderr().includes('waiting for it')));
    letGo(project);
    expect([(await first.ended).code, (await next.ended).code]).toEqual([0, 0]);
    expect(readCalls(project)).toHaveLength(1);
  });

  it('waits for nobody in a copy that was made meanwhile', async () => {
    const project = createProject(FAKE_NPM, 'held');
    const first = run(project);
    const npm = await npmOf(project);
    const copy = { ...project, root: `${project.root}-copied` };
    cpSync(project.root, copy.root, { recursive: true });
    letGo(copy);
    expect(await run(copy).ended).toMatchObject({ code: 0, stdout: 'ready\n' });
    expect(isAlive(npm)).toBe(true);
    letGo(project);
    expect(await first.ended).toMatchObject({ code: 0 });
  });

  it('clears away what a killed npm has left, before npm runs', async () => {
    const project = createProject(
      '[ ! -e node_modules ] || exit 7; mkdir node_modules; cp package-lock.json node_modules/.package-lock.json',
    );
    mkdirSync(join(project.root, 'node_modules/a/b'), { recursive: true });
    expect(await run(project).ended).toMatchObject({ code: 0, stdout: 'ready\n' });
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('ends npm too when it gets %s', async (signal) => {
    const project = createProject(FAKE_NPM, 'held');
    const start = run(project);
    const npm = await npmOf(project);
    start.child.kill(signal);
    expect(await start.ended).toMatchObject({ code: { SIGTERM: 143, SIGINT: 130, SIGHUP: 129 }[signal], stdout: '' });
    expect(isAlive(npm)).toBe(false);
    expect(existsSync(lockFile(project))).toBe(false);
  });

  it('goes on without a start that is killed, and the next start waits for it', async () => {
    const project = createProject(FAKE_NPM, 'held');
    const killed = run(project);
    await npmOf(project);
    killed.child.kill('SIGKILL');
    const next = run(project);
    await until('the next start waits', () => Promise.resolve(next.stderr().includes('waiting for it')));
    letGo(project);
    expect(await next.ended).toMatchObject({ code: 0, stdout: 'ready\n' });
    expect(readCalls(project)).toHaveLength(1);
  });

  it('waits for an npm whose installer was killed, and then installs', async () => {
    const project = createProject(FAKE_NPM, 'held');
    const killed = run(project);
    const npm = await npmOf(project);
    const installer = Number(readFileSync(lockFile(project), 'utf8').split(' ')[0]);
    process.kill(installer, 'SIGKILL');
    // Its output stays open: npm has it too.
    await once(killed.child, 'exit');
    const next = run(project);
    await until('the next start waits', () => Promise.resolve(next.stderr().includes(`(pid ${npm.pid})`)));
    expect(readCalls(project)).toHaveLength(1);
    signalProcess(npm, 'SIGKILL');
    letGo(project);
    expect(await next.ended).toMatchObject({ code: 0 });
    expect(readCalls(project)).toHaveLength(2);
  });

  it.runIf(hasProcessFiles)('does not wait for an installation that has ended, be it that its parent has not noticed', async () => {
    const project = createProject();
    const parent = spawn('/bin/sh', ['-c', 'sleep 0 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] });
    onTestFinished(() => void parent.kill('SIGKILL'));
    const ended = await new Promise<string>((resolve) => parent.stdout.once('data', (data: Buffer) => resolve(data.toString().trim())));
    const stat = readFileSync(`/proc/${ended}/stat`, 'utf8').split(') ')[1]?.split(' ');
    writeFileSync(lockFile(project), `${process.pid} 1\n${ended} ${stat?.[19]}`);
    expect(await run(project).ended).toMatchObject({ code: 0 });
    expect(readCalls(project)).toHaveLength(1);
  });
});

interface Project {
  readonly root: string;
  readonly bin: string;
}

function createProject(npm = FAKE_NPM, held?: 'held'): Project {
  const directory = temporaryDirectory();
  const project = { root: join(directory, 'project'), bin: join(directory, 'bin') };
  mkdirSync(project.root);
  writeLockFile(project, { 'node_modules/a': { version: '1.0.0' } });
  writeExecutable(join(project.bin, 'npm'), npm);
  if (held === undefined) letGo(project);
  return project;
}

function writeLockFile({ root }: Project, packages: Readonly<Record<string, unknown>>): void {
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages: { '': { name: 'project' }, ...packages } }));
}

function letGo({ root }: Project): void {
  writeFileSync(join(root, 'go'), '');
}

function lockFile({ root }: Project): string {
  const key = createHash('sha256').update(realpathSync(root)).digest('hex').slice(0, 16);
  const cache = join(root, '.cache/tickless');
  mkdirSync(cache, { recursive: true });
  return join(cache, `install-${key}.lock`);
}

interface Start {
  readonly child: ChildProcess;
  readonly stderr: () => string;
  readonly ended: Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>;
}

function run({ root, bin }: Project, variables: Readonly<Record<string, string>> = {}): Start {
  const script = `await (await import(${JSON.stringify(MODULE)})).ensureInstalled(${JSON.stringify(root)}); console.log('ready');`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    env: { ...process.env, PATH: `${bin}:/usr/bin:/bin`, ...variables },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, stdout, stderr }));
  return { child, stderr: () => stderr, ended };
}

/** The npm of a start under way. */
async function npmOf({ root }: Project): Promise<ProcessIdentity> {
  const npm = await until('npm runs', async () => {
    const file = join(root, 'npm.pid');
    return existsSync(file) && identifyProcess(Number(readFileSync(file, 'utf8')));
  });
  onTestFinished(() => void signalProcess(npm, 'SIGKILL'));
  return npm;
}

function readCalls({ root }: Project): readonly string[] {
  const file = join(root, 'calls');
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
}
