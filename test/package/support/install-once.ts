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
  /** What npm said of installing the projects. */
  readonly saidOfProjects: string;
  /** What the package and all that it needs weigh, in MB. */
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
  // npm reads it in the topmost project alone, and since 11.19.1 says so of each that has it elsewhere.
  const { allowScripts } = await readManifest(join(folder, 'shop/package.json'));
  for (const name of workspaces) {
    const { allowScripts: _moved, ...rest } = await readManifest(join(folder, name, 'package.json'));
    await writeFile(join(folder, name, 'package.json'), JSON.stringify(rest));
  }
  await writeFile(manifest, JSON.stringify({ ...(await readManifest(manifest)), workspaces, allowScripts }));
  const saidOfProjects = await run('npm', ['install'], { cwd: folder });
  const [shop, quickstart, flakyWarehouse] = workspaces.map((name) => join(folder, name)) as [string, string, string];
  const projects = { shop, quickstart, 'flaky-warehouse': flakyWarehouse };
  return { tarball, folder, said, saidOfProjects, megabytes: Number(megabytes), projects };
}

async function readManifest(file: string): Promise<{ readonly allowScripts?: object }> {
  return JSON.parse(await readFile(file, 'utf8')) as { readonly allowScripts?: object };
}
