import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join, normalize, relative } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { projectFiles } from '../../project/project-files.ts';
import { listPages, readPage, root } from './read-page.ts';
import type { Block } from './read-page.ts';

const exec = promisify(execFile);
const pages = listPages();

it('lists every page once', () => {
  const present = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md') && name !== 'README.md');
  expect(pages.filter((page) => page !== 'README.md').sort()).toEqual(present.map((name) => `docs/${name}`).sort());
});

it.each(pages)('%s has blocks of known words, and says why one is not run', (page) => {
  expect(() => readPage(page)).not.toThrow();
});

it.each([...pages, 'docs/README.md', 'AGENTS.md'])('%s leads to files that are there', (page) => {
  const links = [...readFileSync(join(root, page), 'utf8').matchAll(/\]\((?!https?:)([^)#\s]+)(?:#[^)]*)?\)/g)].map(
    ([, link = '']) => link,
  );
  expect(links.filter((link) => !existsSync(normalize(join(root, dirname(page), link))))).toEqual([]);
});

interface TypedPage {
  readonly page: string;
  readonly blocks: readonly Block[];
}

const typed: readonly TypedPage[] = pages
  .map((page) => ({ page, blocks: readPage(page).filter((step) => step.kind === 'block') }))
  .map(({ page, blocks }) => ({ page, blocks: blocks.filter(({ language, skipped }) => language === 'ts' && skipped === null) }))
  .filter(({ blocks }) => blocks.length > 0);

// What a page declares for all of its project would hold for the others, too: it has a compiler of its own.
const declaring = typed.filter(({ blocks }) => blocks.some(({ code }) => code.includes('declare module')));
const others = typed.filter((page) => !declaring.includes(page));

it.each([...declaring.map((page) => [page]), others])('has examples that the compiler takes: $page', async (...together) => {
  const cache = join(root, '.cache');
  await mkdir(cache, { recursive: true });
  // Below the root, so that packages are found as usual.
  const folder = await mkdtemp(join(cache, 'docs-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const written = projectFiles('shop', '0.0.0');
  const files: string[] = [];
  for (const { page, blocks } of together) {
    const project = join(folder, page, 'shop');
    for (const [file, text] of Object.entries(written)) if (file.startsWith('events/')) await write(join(project, file), text);
    for (const block of ofOneProgram(page) ? [oneOf(blocks)] : blocks) {
      const place = join(project, placeOf(block));
      // In a clone these are beside its own files.
      await write(place, block.ofClone ? block.code.replaceAll("from './", `from '${relative(dirname(place), root)}/`) : block.code);
      files.push(place);
    }
  }
  const paths = Object.fromEntries(ENTRIES.map((name) => [name === 'index' ? 'tickless' : `tickless/${name}`, [join(root, `${name}.ts`)]]));
  // Without what is a matter of our own style.
  const compilerOptions = { paths, noPropertyAccessFromIndexSignature: false, noUnusedLocals: false, noUnusedParameters: false };
  await write(join(folder, 'tsconfig.json'), JSON.stringify({ extends: join(root, 'tsconfig.json'), compilerOptions, files, exclude: [] }));
  const { stdout } = await exec(join(root, 'node_modules/.bin/tsc'), ['-p', folder]).catch((error: { stdout: string }) => error);
  expect(stdout).toBe('');
});

function ofOneProgram(page: string): boolean {
  return readFileSync(join(root, page), 'utf8').includes('<!-- the examples are one program -->');
}

/** Blocks of which each goes on where the one before it has ended. */
function oneOf(blocks: readonly Block[]): Block {
  const [first] = blocks;
  if (first === undefined) throw new Error('there is no block');
  return { ...first, code: blocks.map(({ code }) => code).join('') };
}

const ENTRIES = ['index', 'server', 'client', 'webhook', 'testing'];

/** Where a block's file is: one of another project beside this one, a test among the tests. */
function placeOf({ file, line, code }: Block): string {
  if (file !== null) return file.replace(/^~\//, '../');
  return code.includes("from '../") ? `test/block-${line}.ts` : `block-${line}.ts`;
}

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}
