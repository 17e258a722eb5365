import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, it, onTestFinished, vi } from 'vitest';
import { useService } from '../support/use-service.ts';

const service = useService();
const root = fileURLToPath(new URL('../../', import.meta.url));
const page = await readFile(join(root, 'docs/cloudevents.md'), 'utf8');

/** The words of a command's option, each in quotes. */
function wordsOf(command: string, option: string): readonly string[] {
  return [...command.matchAll(new RegExp(`-${option} '([^']*)'`, 'g'))].map(([, word = '']) => word);
}

it('the commands of docs/cloudevents.md are answered as it says', async () => {
  const commands = page.match(/^curl (?:[^\n]*\\\n)*[^\n]*/gm) ?? [];
  const answers: unknown[] = [];
  for (const command of commands) {
    const headers = new Headers(wordsOf(command, 'H').map((line) => line.split(': ') as [string, string]));
    const answer = await service.app.request('/v1/events', { method: 'POST', headers, body: wordsOf(command, 'd')[0] ?? '' });
    answers.push({ status: answer.status, body: await answer.json() });
  }
  expect(answers).toMatchObject([
    { status: 202, body: { joined: false } },
    { status: 202, body: { joined: true } },
    { status: 202, body: { accepted: 1 } },
  ]);
});

it('the example of docs/cloudevents.md for JavaScript sends an event, and reads what is called back', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tickless-snippets-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  await writeFile(join(folder, 'snippet.mjs'), /```js\n([\s\S]*?)```/.exec(page)?.[1] ?? '');
  const { send, receive } = (await import(pathToFileURL(join(folder, 'snippet.mjs')).href)) as {
    send(url: string): Promise<unknown>;
    receive(headers: object, body: string): unknown;
  };
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => service.app.request(new URL(url).pathname, init));
  onTestFinished(() => void vi.unstubAllGlobals());
  expect(await send('http://service.example')).toMatchObject({ type: 'shock', status: 'accepted', joined: false });

  const message = JSON.parse(/```json\n([\s\S]*?)```/.exec(page)?.[1] ?? '') as object;
  const headers = { 'content-type': 'application/cloudevents+json' };
  expect(receive(headers, JSON.stringify(message))).toMatchObject({ type: 'tickless.event.completed', traceparent: '00-01' });
});
