import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const run = promisify(execFile);
const PAGES = ['docs/testing.md', 'docs/follow-ups.md'];

let folder: string;
let files: readonly string[];

// A project whose package `tickless` is this tree, with a file for each example of the page.
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tickless-snippets-'));
  const pages = await Promise.all(PAGES.map((name) => readFile(join(root, name), 'utf8')));
  const snippets = [...pages.join('\n').matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = '']) => code);
  // Those that need a service that runs are for test/package/install.test.ts.
  const alone = snippets.filter((code) => !code.includes('tickless/client'));
  files = alone.map((_, index) => `snippet-${index}.test.ts`);
  await mkdir(join(folder, 'node_modules'));
  for (const name of ['zod', 'tsx', '@types', '@standard-schema']) {
    await symlink(join(root, 'node_modules', name), join(folder, 'node_modules', name));
  }
  await mkdir(join(folder, 'node_modules/tickless'));
  await Promise.all([
    ...alone.map((code, index) => writeFile(join(folder, files[index] ?? ''), code)),
    writeFile(
      join(folder, 'node_modules/tickless/package.json'),
      JSON.stringify({ name: 'tickless', type: 'module', exports: { '.': './index.mjs', './testing': './testing.mjs' } }),
    ),
    ...['index', 'testing'].map((name) =>
      writeFile(
        join(folder, `node_modules/tickless/${name}.mjs`),
        `export * from ${JSON.stringify(pathToFileURL(join(root, `${name}.ts`)).href)};\n`,
      ),
    ),
    writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'snippets', type: 'module' })),
    writeFile(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        extends: join(root, 'tsconfig.json'),
        compilerOptions: {
          types: ['node'],
          typeRoots: [join(root, 'node_modules/@types')],
          paths: { tickless: [join(root, 'index.ts')], 'tickless/testing': [join(root, 'testing.ts')] },
        },
        include: ['*.test.ts'],
      }),
    ),
  ]);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it(`the examples of ${PAGES.join(' and ')} pass`, async () => {
  expect(files.length).toBeGreaterThan(3);
  const { stdout } = await run(process.execPath, ['--import', 'tsx', '--test', ...files], { cwd: folder });
  expect(stdout).toMatch(/fail 0/);
  expect(stdout).toMatch(/pass [1-9]/);
});

it('and compile', async () => {
  const tsc = join(root, 'node_modules/.bin/tsc');
  const { stdout } = await run(tsc, ['-p', folder]).catch((failed: { stdout: string }) => failed);
  expect(stdout).toBe('');
});
