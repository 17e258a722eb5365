import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { signWebhook } from '../../../activities/callbacks/sign-webhook.ts';
import { parseSecret } from '../../../domain/webhook-signature.ts';

const SECRET = `whsec_${Buffer.alloc(32, 'docs').toString('base64')}`;
const OTHER = `whsec_${Buffer.alloc(32, 'other').toString('base64')}`;
const body = '{"type":"event.completed"}';
const root = fileURLToPath(new URL('../../../', import.meta.url));

let folder: string;
interface Snippets {
  receive(headers: object, rawBody: string): unknown;
  isGenuine(secret: string, headers: object, rawBody: string): boolean;
}

let receive: Snippets['receive'];
let isGenuine: Snippets['isGenuine'];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tickless-snippets-'));
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  const page = await readFile(join(root, 'docs/callbacks.md'), 'utf8');
  const snippets = [...page.matchAll(/```js\n([\s\S]*?)```/g)].map(([, code = '']) => code);
  vi.stubEnv('WEBHOOK_SECRET', SECRET);
  const load = async (index: number): Promise<Snippets> => {
    const file = join(folder, `snippet-${index}.mjs`);
    await writeFile(file, snippets[index] ?? '');
    return (await import(pathToFileURL(file).href)) as Snippets;
  };
  ({ receive } = await load(0));
  ({ isGenuine } = await load(1));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

function headersOf(secrets: readonly string[], timestampSeconds = Math.floor(Date.now() / 1_000)): Record<string, string> {
  const signature = signWebhook({ secrets: secrets.map(parseSecret), id: 'evt_a-1', timestampSeconds, body });
  return { 'webhook-id': 'evt_a-1', 'webhook-timestamp': String(timestampSeconds), 'webhook-signature': signature };
}

it('the snippets of docs/callbacks.md take what we sign, also while the secret is changed', () => {
  for (const headers of [headersOf([SECRET]), headersOf([OTHER, SECRET])]) {
    expect(receive(headers, body)).toEqual({ type: 'event.completed' });
    expect(isGenuine(SECRET, headers, body)).toBe(true);
  }
});

it.each([
  ['is signed with another secret', headersOf([OTHER]), body],
  ['is six minutes old', headersOf([SECRET], Math.floor(Date.now() / 1_000) - 360), body],
  ['was changed', headersOf([SECRET]), body.replace('completed', 'failed')],
])('they refuse what %s', (_what, headers, text) => {
  expect(() => receive(headers, text)).toThrow(/./);
  expect(isGenuine(SECRET, headers, text)).toBe(false);
});
