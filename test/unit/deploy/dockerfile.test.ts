import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isKnownVariable } from './known-variables.ts';
import { parseDockerfile } from './parse-dockerfile.ts';
import { projectRoot, readProjectFile } from './project-file.ts';

const dockerfile = readProjectFile('Dockerfile');
const dockerignore = readProjectFile('.dockerignore');
const buildFiles = (JSON.parse(readProjectFile('tsconfig.build.json')) as { files: string[] }).files;

/** What is wrong with the image; nothing if all is well. */
function imageFaults(text: string): readonly string[] {
  const instructions = parseDockerfile(text);
  const valuesOf = (name: string, among = instructions): readonly string[] =>
    among.filter((one) => one.name === name).map(({ value }) => value);
  const last = instructions.slice(instructions.map(({ name }) => name).lastIndexOf('FROM'));
  const settings = valuesOf('ENV', last).flatMap((value) => value.split(' ').map((setting) => setting.split('=')));
  const { NODE_ENV, HOST, PORT } = Object.fromEntries(settings) as Readonly<Record<string, string>>;
  const installs = valuesOf('RUN', last).join('\n');
  const [build = '', packages = ''] = valuesOf('RUN').filter((command) => command.startsWith('npm ci'));
  return [
    ...valuesOf('FROM')
      .filter((from) => !/^node:22-bookworm-slim( AS \w+)?$/.test(from))
      .map((from) => `it is built from "${from}"`),
    ...settings.filter(([name = '']) => !name.startsWith('NODE_') && !isKnownVariable(name)).map(([name]) => `${name} is read by nobody`),
    ...(NODE_ENV === 'production' ? [] : ['it does not run in production mode']),
    ...(HOST === '0.0.0.0' ? [] : ['its port is reachable by nobody']),
    ...(valuesOf('EXPOSE', last)[0] === PORT ? [] : ['it exposes another port than it listens on']),
    ...(['', 'root', '0'].includes(valuesOf('USER', last).at(-1) ?? '') ? ['it runs as root'] : []),
    ...(packages.includes('--omit=dev') && !build.includes('--omit=dev') ? [] : ['it carries what only development needs']),
    ...([packages, build].every((command) => command.includes('--ignore-scripts')) ? [] : ['packages run scripts while it is built']),
    ...(valuesOf('RUN').some((command) => /core-bridge\/releases .*-exec rm/.test(command))
      ? []
      : ["it carries other platforms' binaries"]),
    ...(installs.includes(' ca-certificates ') ? [] : ['it trusts no certificate']),
    ...(installs.includes(' ffmpeg ') ? [] : ['it takes no sound out of videos']),
    ...commandFaults(valuesOf('CMD', last).at(-1) ?? ''),
  ];
}

function commandFaults(command: string): readonly string[] {
  if (!command.startsWith('["node", ')) return ['a signal does not reach node'];
  const [, target = ''] = JSON.parse(command) as string[];
  const source = target.replace(/^node_modules\/tickless\/dist\//, '').replace(/\.js$/, '.ts');
  return buildFiles.includes(source) && existsSync(join(projectRoot, source)) ? [] : [`"${target}" is not built`];
}

describe('Dockerfile', () => {
  it('makes an image that fits the code', () => {
    expect(imageFaults(dockerfile)).toEqual([]);
  });

  it('copies only what exists or an earlier stage made', () => {
    const copied = parseDockerfile(dockerfile).filter(({ name, value }) => name === 'COPY' && !value.startsWith('--from='));
    const sources = copied.flatMap(({ value }) => value.split(' ').slice(0, -1));
    expect(sources.filter((source) => !existsSync(join(projectRoot, source)))).toEqual([]);
  });

  it('gets neither secrets nor what it makes itself', () => {
    expect(dockerignore.split('\n')).toEqual(expect.arrayContaining(['.env', '.env.*', '.git', '.tickless', 'node_modules', 'dist']));
  });

  it.each<readonly [fault: string, from: string | RegExp, to: string]>([
    ['it is built from "node:22-alpine AS app"', 'node:22-bookworm-slim AS app', 'node:22-alpine AS app'],
    ['it is built from "node:latest"', /FROM node:22-bookworm-slim\n/, 'FROM node:latest\n'],
    ['TICKLES_DATA is read by nobody', 'TICKLESS_DATA=', 'TICKLES_DATA='],
    ['it does not run in production mode', 'NODE_ENV=production ', ''],
    ['its port is reachable by nobody', 'HOST=0.0.0.0', 'HOST=127.0.0.1'],
    ['it exposes another port than it listens on', 'EXPOSE 3000', 'EXPOSE 8080'],
    ['it runs as root', 'USER node\n', ''],
    ['it carries what only development needs', ' --omit=dev', ''],
    ['packages run scripts while it is built', ' --ignore-scripts', ''],
    ["it carries other platforms' binaries", '-exec rm -r {} +', '-print'],
    ['it trusts no certificate', ' ca-certificates ', ' curl '],
    ['it takes no sound out of videos', 'ca-certificates ffmpeg', 'ca-certificates'],
    ['a signal does not reach node', /^CMD .*$/m, 'CMD node node_modules/tickless/dist/api/main.js'],
    ['"node_modules/tickless/dist/server/main.js" is not built', 'dist/api/main.js"]', 'dist/server/main.js"]'],
  ])('shows the fault "%s"', (fault, from, to) => {
    expect(imageFaults(dockerfile.replace(from, to))).toContain(fault);
  });
});
