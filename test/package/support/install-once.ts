import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { run } from './run.ts';

declare module 'vitest' {
  interface ProvidedContext {
    readonly installation: Installation;
  }
}

/** The package as npm has packed it, installed once for all tests. */
export interface Installation {
  readonly tarball: string;
  /** Where it was installed while there was nothing else: its `node_modules` are those of all projects below it. */
  readonly folder: string;
  /** What npm said of that. */
  readonly said: string;
  /** What they weighed then, in MB. */
  readonly megabytes: number;
  /** The projects' folders: what `tickless init` writes, and the examples. */
  readonly projects: Readonly<Record<'shop' | 'quickstart' | 'flaky-warehouse', string>>;
}

const root = fileURLToPath(new URL('../../..', import.meta.url));

/**
 * Packs the package, installs it into an empty folder, and then what the projects need besides: as workspaces they share one
 * installation, for which npm still holds each project's own dependencies against it.
 */
export async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'tickless-package-'));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    provide('installation', await install(folder));
    return remove;
  } catch (error) {
    await remove();
    throw error;
  }
}

async function install(base: string): Promise<Installation> {
  await run('npm', ['pack', '--pack-destination', base], { cwd: root });
  const tarball = join(base, (await readdir(base)).find((name) => name.endsWith('.tgz')) ?? '');
  const folder = join(base, 'app');
  await mkdir(folder);
  const manifest = join(folder, 'package.json');
  await writeFile(manifest, '{ "name": "app", "private": true }');
  const said = await run('npm', ['install', tarball], { cwd: folder });
  const [megabytes = ''] = (await run('du', ['-sm', 'node_modules'], { cwd: folder })).split('\t');

  await run('npx', ['tickless', 'init', 'shop'], { cwd: folder });
  for (const name of ['quickstart', 'flaky-warehouse']) await cp(join(root, 'examples', name), join(folder, name), { recursive: true });
  const workspaces = ['shop', 'quickstart', 'flaky-warehouse'] as const;
  await writeFile(manifest, JSON.stringify({ ...(JSON.parse(await readFile(manifest, 'utf8')) as object), workspaces }));
  await run('npm', ['install', '--no-audit', '--no-fund'], { cwd: folder });
  const [shop, quickstart, flakyWarehouse] = workspaces.map((name) => join(folder, name)) as [string, string, string];
  return { tarball, folder, said, megabytes: Number(megabytes), projects: { shop, quickstart, 'flaky-warehouse': flakyWarehouse } };
}
