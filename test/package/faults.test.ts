import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { beforeAll, expect, inject, it } from 'vitest';
import { cli, startTickless } from './support/start-tickless.ts';

const { folder, projects } = inject('installation');
// Below the installation, whose packages it finds.
const app = join(folder, 'faulty');

interface Fault {
  readonly said: string;
  readonly code: number | string | null | undefined;
}

/** What a command says that can't do its work. */
function faultOf(words: readonly string[], env: Readonly<Record<string, string>> = {}, cwd = app): Promise<Fault> {
  const { TEMPORAL_ADDRESS: _ours, ...inherited } = process.env;
  return new Promise((resolve) => {
    execFile(process.execPath, [cli(), ...words], { cwd, env: { ...inherited, ...env } }, (error, stdout, stderr) =>
      resolve({ said: stdout + stderr, code: error?.code ?? null }),
    );
  });
}

/** Writes a config and gives its name. */
async function config(name: string, lines: readonly string[]): Promise<string> {
  await writeFile(join(app, `${name}.ts`), ["import { defineConfig, defineEvent } from 'tickless';", ...lines, ''].join('\n'));
  return `${name}.ts`;
}

beforeAll(async () => {
  await mkdir(join(app, 'events'), { recursive: true });
  await writeFile(join(app, 'events/throws.ts'), 'const nothing: string[] = [];\nexport const events = [nothing[0]!.at(0)];\n');
  await writeFile(join(app, 'events/syntax.ts'), 'export const events = [\n  1 +* 2,\n];\n');
  await config('fine', ['export default defineConfig({ events: [] });']);
});

it.each<readonly [fault: string, lines: readonly string[], said: RegExp]>([
  [
    'a syntax error',
    ["import { events } from './events/syntax.ts';", 'export default defineConfig({ events });'],
    /^error: ".*config.ts" can't be compiled: Build failed with 1 error:\nevents\/syntax.ts:2:5: ERROR: Unexpected "\*"\n$/,
  ],
  [
    'a file that is missing',
    ["import { events } from './events/nowhere.ts';", 'export default defineConfig({ events });'],
    /\nconfig.ts:2:23: ERROR: Could not resolve ".\/events\/nowhere.ts"\n$/,
  ],
  [
    'a package that is missing',
    ["import florist from 'no-such-florist';", 'export default defineConfig({ events: [florist] });'],
    /^error: config.ts: the package "no-such-florist" is imported, and isn't installed\n$/,
  ],
  [
    'a file that throws',
    ["import { events } from './events/throws.ts';", 'export default defineConfig({ events });'],
    /^error: events\/throws.ts:2: Cannot read properties of undefined \(reading 'at'\)\n$/,
  ],
  [
    'a definition that cannot work',
    ["export default defineConfig({ events: [defineEvent({ type: 'No Name', data: null as never, tier: 'low', handler: () => 1 })] });"],
    /^error: config.ts:2: event type "No Name": a name starts with .*\n$/,
  ],
  [
    'a field that there is not',
    ['export default defineConfig({ events: [], evnts: [] } as never);'],
    /^error: config.ts: the config has no field "evnts"; .*\n$/,
  ],
  [
    'a setting that there is not',
    ['export default defineConfig({ events: [], settings: { maxFoo: 1 } });'],
    /^error: the config's settings have "maxFoo", .*\n$/,
  ],
  [
    'no default export',
    ['export const config = defineConfig({ events: [] });'],
    /^error: ".*config.ts" has no default export: export default defineConfig\(.*\n$/,
  ],
])('says in a sentence where there is %s', async (_, lines, said) => {
  expect(await faultOf(['start', '--config', await config('config', lines)])).toEqual({ said: expect.stringMatching(said), code: 2 });
});

it('says that services cannot be made, and why', async () => {
  const file = await config('services', [
    "export default defineConfig({ events: [], services: () => { throw new Error('no database at db:5432'); } });",
  ]);
  const { said, code } = await faultOf(['start', '--config', file, '--port', '0'], { TICKLESS_DATA: join(app, '.services') });
  expect(said).toMatch(/^tickless: the config's services can't be made: no database at db:5432$/m);
  expect(said).toMatch(/^error: a process for handlers has ended /m);
  expect(said).not.toMatch(/^ +at /m);
  expect(code).toBe(2);
});

it('says what of its surroundings keeps it from starting', async () => {
  const fine = ['start', '--config', 'fine.ts'];
  expect(await faultOf(['start'])).toEqual({
    said: expect.stringMatching(
      /^error: there is no tickless.config.ts in ".*faulty"; "npx tickless init" writes a project, --config .*\n$/,
    ),
    code: 2,
  });
  expect(await faultOf(['start', '--config', 'nowhere.ts'])).toEqual({
    said: expect.stringMatching(/^error: there is no config ".*nowhere.ts" \(--config\)\n$/),
    code: 2,
  });
  expect(await faultOf(['init', projects.quickstart])).toEqual({
    said: expect.stringMatching(/^error: ".*quickstart" has ".*" in it already: .*\n$/),
    code: 2,
  });
  expect(await faultOf(fine, { PORT: 'abc' })).toEqual({
    said: expect.stringMatching(/^error: .*\n {2}PORT: .* \(it is "abc", set in the environment\)\n$/),
    code: 2,
  });
  expect(await faultOf(fine, { TICKLESS_DATA: 'fine.ts/data' })).toEqual({
    said: expect.stringMatching(/^error: Nothing can be kept in ".*fine.ts\/data" \(ENOTDIR\), which is TICKLESS_DATA, .*\n$/),
    code: 2,
  });
  // Its processes for handlers have started by then.
  const unreachable = { WEBHOOK_SECRETS: `whsec_${'a'.repeat(43)}=`, TEMPORAL_ADDRESS: 'http://127.0.0.1:1' };
  expect(await faultOf(['worker', '--config', 'fine.ts'], unreachable)).toEqual({
    said: expect.stringMatching(/^error: No connection can be made to "http:\/\/127\.0\.0\.1:1" \(TEMPORAL_ADDRESS, .*\n$/),
    code: 2,
  });
  expect(await faultOf(fine, { TEMPORAL_CLI_PATH: '/nowhere/temporal' })).toEqual({
    said: expect.stringMatching(/^error: TEMPORAL_CLI_PATH is "\/nowhere\/temporal", but .*\n$/),
    code: 2,
  });
});

it('says who has its port, or its data', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const words = ['start', '--config', 'fine.ts', '--port'];
  expect((await faultOf([...words, String(port)])).said).toMatch(
    new RegExp(`^error: port ${port} on 127.0.0.1 is in use; set PORT to another one$`, 'm'),
  );
  server.close();

  const service = await startTickless({ folder: app, words: ['--config', 'fine.ts'] });
  expect((await faultOf([...words, '0'])).said).toMatch(
    /^error: The data directory ".*faulty\/.tickless" is in use by the service with pid \d+\. Stop that one, or set TICKLESS_DATA /m,
  );
  expect(await service.end()).toBe(0);
});

it('says where what is compiled would be kept', async () => {
  const elsewhere = join(dirname(folder), 'without-packages');
  await mkdir(elsewhere);
  await writeFile(join(elsewhere, 'tickless.config.ts'), 'export default { events: [] };\n');
  await writeFile(join(elsewhere, 'node_modules'), 'no folder');
  expect(await faultOf(['start'], {}, elsewhere)).toEqual({
    said: expect.stringMatching(/^error: nothing can be kept in ".*node_modules\/.cache\/tickless" \(ENOTDIR\), .*\n$/),
    code: 2,
  });
});
