import { cp, mkdir, readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { Instruction } from '../../unit/deploy/parse-dockerfile.ts';
import { run } from './run.ts';

/** A folder that stands for a container's file system, and what a command in it is run with. */
export interface Image {
  readonly root: string;
  /** Below the root. */
  readonly workdir: string;
  readonly env: Readonly<Record<string, string>>;
  readonly cmd: readonly string[];
}

export interface DoOptions {
  /** What the file calls `.`. */
  readonly context: string;
  /** The roots of the stages that `COPY --from` names. */
  readonly stages?: Readonly<Record<string, string>>;
  /** Steps that only a container can do. */
  readonly skip?: RegExp;
}

// What an image's steps name by absolute paths; all else is the system's own, which runs them.
const INSIDE = /(?<![\w.}/-])\/(?=(?:app|package|usr\/local|var\/lib\/tickless)\b)/g;

/** Does the steps of one stage in a folder: there is no container engine here. */
export async function doDockerfile(base: Image, steps: readonly Instruction[], { context, stages = {}, skip }: DoOptions): Promise<Image> {
  let image = base;
  const inside = (text: string): string => text.replaceAll(INSIDE, `${image.root}/`);
  for (const { name, value } of steps) {
    if (skip?.test(value)) continue;
    if (name === 'WORKDIR') image = { ...image, workdir: value };
    else if (name === 'CMD') image = { ...image, cmd: JSON.parse(value) as string[] };
    else if (name === 'ENV') image = { ...image, env: { ...image.env, ...toVariables(inside(value)) } };
    await mkdir(join(image.root, image.workdir), { recursive: true });
    const cwd = join(image.root, image.workdir);
    if (name === 'RUN')
      await run('sh', ['-c', inside(value)], { cwd, env: { ...process.env, npm_config_prefer_offline: 'true', ...image.env } });
    if (name === 'COPY') await copy(value.split(' '), { context, stages, cwd, inside });
  }
  return image;
}

interface CopyOptions extends Required<Pick<DoOptions, 'context' | 'stages'>> {
  readonly cwd: string;
  readonly inside: (text: string) => string;
}

async function copy(words: readonly string[], { context, stages, cwd, inside }: CopyOptions): Promise<void> {
  const [, stage] = words.flatMap((word) => /^--from=(.*)/.exec(word) ?? []);
  const paths = words.filter((word) => !word.startsWith('--'));
  const from = stage === undefined ? context : (stages[stage] ?? '');
  const target = resolve(cwd, inside(paths.at(-1) ?? ''));
  const ignored = stage === undefined ? await readFile(join(context, '.dockerignore'), 'utf8').catch(() => '') : '';
  for (const path of paths.slice(0, -1)) {
    const source = join(from, path);
    if (stage === undefined) {
      const into = path === '.' ? target : join(target, basename(path));
      await cp(source, into, { recursive: true, filter: (file) => !ignored.split('\n').includes(basename(file)) });
    } else {
      // As Docker has it, what is in the folder; of another stage that is some 15,000 files, which nobody writes to.
      await mkdir(target, { recursive: true });
      await run('cp', ['-rl', `${source}/.`, target], { cwd: from });
    }
  }
}

function toVariables(value: string): Readonly<Record<string, string>> {
  return Object.fromEntries(value.split(' ').map((setting) => setting.split('=') as [string, string]));
}
