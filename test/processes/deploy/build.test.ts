import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectRoot } from '../../unit/deploy/project-file.ts';

const run = promisify(execFile);
let image: string;

// As in an image: packages and compiled code, no sources.
beforeAll(async () => {
  image = await mkdtemp(join(tmpdir(), 'tickless-build-'));
  await run(process.execPath, [join(projectRoot, 'deploy/build.mjs'), join(image, 'dist')]);
  await symlink(join(projectRoot, 'node_modules'), join(image, 'node_modules'));
  await copyFile(join(projectRoot, 'package.json'), join(image, 'package.json'));
});

afterAll(() => rm(image, { recursive: true, force: true }));

describe('deploy/build.mjs', () => {
  it('makes a worker that finds the prebuilt workflow bundle', async () => {
    const module = pathToFileURL(join(image, 'dist/worker/workflow-bundle.js')).href;
    const script = `const { loadWorkflowBundle } = await import('${module}'); console.log(JSON.stringify(await loadWorkflowBundle(null)));`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script]);
    expect(JSON.parse(stdout)).toEqual({ codePath: join(image, 'dist/workflow-bundle.js') });
    expect(existsSync(join(image, 'dist/workflow-bundle.js'))).toBe(true);
  });

  it.each(['api', 'worker'])('compiles all that the %s imports', async (name) => {
    // It ends by itself: without secrets to sign with, none of them starts.
    const ended = run(process.execPath, [join(image, 'dist', name, 'main.js')], { env: { NODE_ENV: 'production' } });
    await expect(ended).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('WEBHOOK_SECRETS must be set') });
  });

  it('makes a host that runs handlers', async () => {
    const load = (file: string): string => `await import('${pathToFileURL(join(image, 'dist', file)).href}')`;
    const script = `
      const { createHostPool } = ${load('handlers/hosts/pool.js')};
      const { hostProgram } = ${load('worker/host-program.js')};
      const settings = { dataDirectory: '.', callbackAllow: [] };
      const pool = createHostPool({ program: hostProgram(), environment: {}, settings, memoryMb: 256, graceMs: 100, workerHosts: 1, log: console });
      await pool.ready;
      console.log('ready');
      await pool.close();`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script]);
    expect(stdout).toBe('ready\n');
  });

  it('makes a reader of pages that starts', async () => {
    const module = pathToFileURL(join(image, 'dist/events/sessions/read-apart.js')).href;
    const options = '{ maxCpuMs: 30_000, signal: new AbortController().signal }';
    const script = `const { readPageApart } = await import('${module}'); console.log((await readPageApart('A text.', ${options})).text);`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script]);
    expect(stdout).toBe('A text.\n');
  });

  it('leaves out what only tests and benchmarks need', () => {
    expect(['test', 'bench', 'docs'].filter((folder) => existsSync(join(image, 'dist', folder)))).toEqual([]);
  });
});
