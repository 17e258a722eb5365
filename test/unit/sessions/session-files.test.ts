import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, it, onTestFinished } from 'vitest';
import { claimFolder } from '../../../events/sessions/claim-folder.ts';
import { createSessionStore, sessionFiles } from '../../../events/sessions/session-files.ts';

const folder = 'events/NodeConf/Main/undated-0000-time';
const document = {
  markdown_file: `${folder}/time.md`,
  transcript_file: `${folder}/transcript.txt`,
  gallery: [`${folder}/gallery/page-001.png`],
};

it('names the files of a result, the Markdown first', () => {
  expect(sessionFiles('default', document)).toEqual([
    { name: 'time.md', path: `${folder}/time.md` },
    { name: 'transcript.txt', path: `${folder}/transcript.txt` },
    { name: 'gallery/page-001.png', path: `${folder}/gallery/page-001.png` },
  ]);
  expect(sessionFiles('default', { ...document, transcript_file: null, gallery: [] })).toHaveLength(1);
});

it.each<[string, unknown]>([
  ['there is no result', null],
  ['the result is another', { ok: true }],
  ['the path leads elsewhere', { markdown_file: 'events/a/b/c/../../../../secret' }],
  ['the path is absolute', { markdown_file: '/etc/passwd' }],
  ['the path is not a text', { markdown_file: ['x'] }],
  ["the folder is another tenant's", { markdown_file: `tenants/acme/${folder}/time.md` }],
])('names none when %s', (_when, action) => {
  expect(sessionFiles('default', action)).toEqual([]);
});

it("names a tenant's own files only", () => {
  const markdown_file = `tenants/acme/${folder}/time.md`;

  expect(sessionFiles('acme', { markdown_file })).toEqual([{ name: 'time.md', path: markdown_file }]);
  expect(sessionFiles('acme', document)).toEqual([]);
});

it('opens files, knows whose they are, and removes them with their place', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'tickless-files-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  await claimFolder(join(directory, folder), 'talk-1');
  await writeFile(join(directory, document.markdown_file), '# Time');
  const store = createSessionStore(directory);
  const [markdown, transcript] = sessionFiles('default', document);
  if (markdown === undefined || transcript === undefined) throw new Error('a document has these');

  const opened = await store.open(markdown);
  expect(opened && (await text(opened.content))).toBe('# Time');
  expect(await store.open(transcript)).toBeNull();
  await expect(store.open({ ...markdown, path: 'a\0b' })).rejects.toThrow('null bytes');
  expect([await store.owns('talk-1', markdown), await store.owns('talk-2', markdown)]).toEqual([true, false]);

  await store.removeFolder(transcript);
  expect(await store.open(markdown)).toBeNull();
  expect(await store.owns('talk-1', markdown)).toBe(false);
  expect(await claimFolder(join(directory, folder), 'talk-2')).toBe(true);
});
