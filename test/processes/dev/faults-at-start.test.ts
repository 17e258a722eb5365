import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { temporaryDirectory } from '../engine/fakes.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const SECRET = `whsec_${'a'.repeat(43)}=`;

interface Fault {
  readonly exitCode: number | string | null | undefined;
  readonly text: string;
}

/** What a program says that ends by itself. */
function run(words: readonly string[], settings: Readonly<Record<string, string>>): Promise<Fault> {
  const { TEMPORAL_ADDRESS: _ours, ...inherited } = process.env;
  const env = { ...inherited, LOG_LEVEL: 'error', TICKLESS_DATA: temporaryDirectory(), ...settings };
  return new Promise((resolve) => {
    execFile(process.execPath, words, { cwd: root, env }, (error, stdout, stderr) =>
      resolve({ exitCode: error?.code, text: stdout + stderr }),
    );
  });
}

const API = ['dev/run.mjs', 'api/main.ts'];
const WORKER = ['dev/run.mjs', 'worker/main.ts'];
const SERVICE = ['dev/start.mjs'];

it.each([
  [
    'the API',
    API,
    { PORT: 'abc' },
    /^tickless: The environment has faults:\n {2}PORT: it must be a number \(it is "abc", set in the environment\)\n$/,
  ],
  [
    'the service',
    SERVICE,
    { PORT: '1.5' },
    /^tickless: The environment has faults:\n {2}PORT: it must be a whole number \(it is "1\.5", .+\)\n$/,
  ],
  ['the API', API, {}, /^tickless: WEBHOOK_SECRETS must be set: .+\n$/],
  ['a worker', WORKER, {}, /^tickless: WEBHOOK_SECRETS must be set: .+\n$/],
  [
    'a worker',
    WORKER,
    { WEBHOOK_SECRETS: SECRET, TEMPORAL_ADDRESS: 'http://127.0.0.1:1' },
    /^tickless: No connection can be made to "http:\/\/127\.0\.0\.1:1" \(TEMPORAL_ADDRESS, as host:port\): .+\n$/,
  ],
  [
    'the API',
    API,
    {
      WEBHOOK_SECRETS: SECRET,
      TEMPORAL_ADDRESS: '127.0.0.1:1',
      TEMPORAL_TLS_CLIENT_CERT_PATH: '/nowhere',
      TEMPORAL_TLS_CLIENT_KEY_PATH: '/nowhere',
    },
    /^tickless: The settings for the engine \(TEMPORAL_\*, .+\) can't be read: ENOENT.+\n$/,
  ],
] as const)('%s says in a sentence why it does not start: %j', async (_which, words, settings, sentence) => {
  const { exitCode, text } = await run(words, settings);
  expect(text).toMatch(sentence);
  expect(exitCode).toBe(1);
});

it('names the setting where a file stands in the place of the data', async () => {
  const file = join(temporaryDirectory(), 'file');
  writeFileSync(file, '');
  const { text } = await run(SERVICE, { TICKLESS_DATA: file });
  expect(text).toMatch(/^tickless: Nothing can be kept in ".+file" \(EEXIST\), which is TICKLESS_DATA, set in the environment\. .+\n$/);
});

it('names the setting where the port is in use', async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void taken.close());
  const { port } = taken.address() as AddressInfo;
  const { text } = await run(SERVICE, { PORT: String(port), HOST: '127.0.0.1' });
  expect(text).toMatch(new RegExp(`^tickless: port ${port} on 127\\.0\\.0\\.1 is in use; set PORT to another one\\n$`, 'm'));
});

const AS_NODE_18 = ['--import', `data:text/javascript,Object.defineProperty(process.versions,"node",{value:"18.20.4"})`];

it.each([['dev/start.mjs'], ['cli/tickless.mjs']])('%s says in a sentence that Node is too old', async (program) => {
  const { exitCode, text } = await run([...AS_NODE_18, program], {});
  expect(text).toMatch(/^error: this is Node 18\.20\.4, and tickless needs another one: .*\d+\.\d+.*\n$/);
  expect(exitCode).toBe(1);
});
