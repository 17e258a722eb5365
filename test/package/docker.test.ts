import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { createClient } from '../../client/create-client.ts';
import { parseCompose } from '../unit/deploy/compose-file.ts';
import { parseDockerfile } from '../unit/deploy/parse-dockerfile.ts';
import type { Instruction } from '../unit/deploy/parse-dockerfile.ts';
import { readProjectFile } from '../unit/deploy/project-file.ts';
import { doDockerfile } from './support/do-dockerfile.ts';
import type { Image } from './support/do-dockerfile.ts';
import { run } from './support/run.ts';
import { startTickless } from './support/start-tickless.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const { tarball } = inject('installation');
const [packed = [], installed = [], final = []] = stagesOf(parseDockerfile(readProjectFile('Dockerfile')));
// A container's own: its system's packages, and that all of it belongs to somebody else.
const ONLY_THERE = /^apt-get /;

let folder: string;
let image: Image;

function stagesOf(instructions: readonly Instruction[]): readonly (readonly Instruction[])[] {
  const starts = instructions.flatMap(({ name }, index) => (name === 'FROM' ? [index] : []));
  return starts.map((start, stage) => instructions.slice(start, starts[stage + 1]));
}

function emptyImage(name: string): Image {
  return { root: join(folder, name), workdir: '/', env: {}, cmd: [] };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tickless-image-'));
  // What its first stage makes is what these tests have made already.
  expect(packed.at(-1)?.value).toBe('mkdir /package && npm pack --pack-destination /package');
  await mkdir(join(folder, 'package/package'), { recursive: true });
  await cp(tarball, join(folder, 'package/package', tarball.slice(dirname(tarball).length)));
  const app = await doDockerfile(emptyImage('app'), installed, { context: repository, stages: { package: join(folder, 'package') } });
  await mkdir(join(folder, 'final/usr/local/bin'), { recursive: true });
  const own = final.map(({ name, value }) => ({ name, value: value.replaceAll(' -o node -g node', '') }));
  image = await doDockerfile(emptyImage('final'), own, { context: repository, stages: { app: app.root }, skip: ONLY_THERE });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

it('is an image that runs the API, and with the command of the compose file a worker', async () => {
  const worker = parseCompose(readProjectFile('docker-compose.yml')).services['worker']?.command ?? [];
  for (const [program = '', ...words] of [image.cmd, worker]) {
    // It ends by itself: without secrets to sign with, none of them starts.
    const ended = run(program, words, { cwd: join(image.root, image.workdir), env: { PATH: process.env['PATH'] } });
    await expect(ended).rejects.toThrow('WEBHOOK_SECRETS must be set');
  }
});

it('runs a project that is put on top of it by the steps of the documentation', async () => {
  const [, dockerfile = ''] = /```dockerfile\n([^`]*)```/.exec(readProjectFile('docs/deploy.md')) ?? [];
  const context = join(folder, 'project');
  await cp(join(repository, 'examples/quickstart'), context, { recursive: true });
  await writeFile(join(context, '.dockerignore'), 'node_modules\n.tickless\n.env\n');
  const manifest = join(context, 'package.json');
  await writeFile(manifest, (await readFile(manifest, 'utf8')).replace(/"tickless": "[^"]*"/, `"tickless": "file:${tarball}"`));
  await run('npm', ['install', '--package-lock-only', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: context });
  const built = await doDockerfile(image, parseDockerfile(dockerfile), { context });
  const [program = '', command] = built.cmd;
  expect([program, command]).toEqual(['tickless', 'start']);

  const service = await startTickless({
    program: [join(built.root, 'usr/local/bin', program)],
    folder: join(built.root, built.workdir),
    env: { ...built.env, HOST: '127.0.0.1' },
  });
  const { events } = createClient({ url: service.url });
  const sent = await events.submit({ type: 'order-approved', data: { orderId: 'o-1', cents: 5 } }, { waitSeconds: 30 });
  expect(sent).toMatchObject({ status: 'completed', result: { action: { parcel: 'parcel-o-1' } } });
  // Its data is where the image has its volume.
  expect(await readFile(join(built.root, 'var/lib/tickless/webhook-secret'), 'utf8')).toMatch(/^whsec_/);
  expect(await service.end()).toBe(0);
});
