import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../engine/fakes.ts';

const MODULE = '../../../dev/compile.mjs';
const { compile } = (await import(MODULE)) as { compile: (root: string, entry: string) => Promise<string> };
const run = promisify(execFile);

function createProject(files: Readonly<Record<string, string>>): string {
  const root = temporaryDirectory();
  for (const [name, source] of Object.entries(files)) write(root, name, source);
  return root;
}

function write(root: string, name: string, source: string): void {
  mkdirSync(dirname(join(root, name)), { recursive: true });
  writeFileSync(join(root, name), source);
}

async function output(program: string): Promise<string> {
  const script = `process.setSourceMapsEnabled(true); await import(${JSON.stringify(program)});`;
  return (await run(process.execPath, ['--input-type=module', '-e', script])).stdout;
}

describe('compile', () => {
  it('makes a program of a file and of all that it imports, at once or later', async () => {
    const root = createProject({
      'app/main.ts': `import { greet } from '../lib/greet.ts'; console.log(greet('you' as string)); await import('./later.ts');`,
      'app/later.ts': `console.log('later');`,
      'lib/greet.ts': `export const greet = (name: string): string => 'hello ' + name;`,
    });

    expect(await output(await compile(root, 'app/main.ts'))).toBe('hello you\nlater\n');
  });

  it('does it again only when a source has changed', async () => {
    const root = createProject({
      'main.ts': `import { word } from './word.ts'; console.log(word);`,
      'word.ts': `export const word = 'one';`,
    });
    const first = await compile(root, 'main.ts');
    expect(await compile(root, 'main.ts')).toBe(first);

    write(root, 'word.ts', `export const word = 'two';`);
    const second = await compile(root, 'main.ts');
    expect([await output(first), await output(second)]).toEqual(['one\n', 'two\n']);

    write(root, 'word.ts', `export const word = 'one';`);
    expect(await compile(root, 'main.ts')).toBe(first);
  });

  it('does it again where its result is gone or damaged, or what it was made of is gone', async () => {
    const root = createProject({ 'main.ts': `import './gone.ts'; console.log('still here');`, 'gone.ts': '' });
    const first = await compile(root, 'main.ts');
    rmSync(dirname(new URL(first).pathname), { recursive: true });
    expect(await output(await compile(root, 'main.ts'))).toBe('still here\n');

    writeFileSync(new URL(first), '');
    expect(await output(await compile(root, 'main.ts'))).toBe('still here\n');

    rmSync(join(root, 'gone.ts'));
    await expect(compile(root, 'main.ts')).rejects.toThrow('Could not resolve "./gone.ts"');
  });

  it('lets modules find what lies beside their source, and stack traces name it', async () => {
    const root = createProject({
      'main.ts': `interface Unused { a: 1 }\nimport './deep/place.ts';`,
      'deep/place.ts': `type Unused = 1;\nconsole.log(import.meta.url);\nconsole.log(new Error('where').stack);`,
    });

    const printed = await output(await compile(root, 'main.ts'));
    expect(printed).toContain(`${pathToFileURL(join(root, 'deep/place.ts')).href}\n`);
    expect(printed).toMatch(/deep\/place\.ts:3:/);
  });

  it('does not let a module look for other places than its own address', async () => {
    const root = createProject({ 'main.ts': `console.log(import.meta.dirname);` });

    await expect(compile(root, 'main.ts')).rejects.toThrow('of import.meta only url is known here');
  });

  it('is done by several at once', async () => {
    const root = createProject({ 'main.ts': `console.log('one of them');` });
    const programs = await Promise.all(Array.from({ length: 5 }, () => compile(root, 'main.ts')));

    expect(new Set(programs).size).toBe(1);
    expect(await output(programs[0] ?? '')).toBe('one of them\n');
    expect(readdirSync(dirname(dirname(new URL(programs[0] ?? '').pathname)))).toHaveLength(2);
  });
});
