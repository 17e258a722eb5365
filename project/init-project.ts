import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { projectFiles } from './project-files.ts';

/**
 * Writes a project that runs as it is.
 * @param version the package's, which the project is to depend on
 * @returns its folder
 * @throws Error where the folder has something in it
 */
export async function initProject(folder: string, version: string): Promise<string> {
  const root = resolve(folder);
  const present: readonly string[] = await readdir(root).catch(() => []);
  // What a package manager or an editor leaves there is no project.
  const own = present.filter((name) => !['.git', 'node_modules', 'package.json', 'package-lock.json'].includes(name));
  if (own.length > 0) throw new Error(`"${root}" has "${own[0]}" in it already: name a folder that is new or empty`);
  for (const [file, text] of Object.entries(projectFiles(toPackageName(basename(root)), version))) {
    await mkdir(dirname(join(root, file)), { recursive: true });
    await writeFile(join(root, file), file === 'package.json' && present.includes(file) ? await merged(join(root, file), text) : text);
  }
  return root;
}

function toPackageName(folder: string): string {
  const name = folder
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  return name === '' ? 'my-app' : name;
}

interface Manifest {
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly allowScripts?: Readonly<Record<string, boolean>>;
}

/** What is there stays, but for the scripts and the kind of modules that the project needs. */
async function merged(file: string, text: string): Promise<string> {
  const present = JSON.parse(await readFile(file, 'utf8')) as Manifest;
  const ours = JSON.parse(text) as Manifest;
  const both = {
    ...present,
    type: 'module',
    scripts: { ...present.scripts, ...ours.scripts },
    dependencies: { ...ours.dependencies, ...present.dependencies },
    devDependencies: { ...ours.devDependencies, ...present.devDependencies },
    allowScripts: { ...ours.allowScripts, ...present.allowScripts },
  };
  return `${JSON.stringify(both, null, 2)}\n`;
}
