import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { HandledEvent } from '../../domain/define-event.ts';
import { CLAIM, claimFolder } from './claim-folder.ts';
import type { SessionData } from './session-data.ts';
import { ownSessionPaths, sessionPaths } from './session-paths.ts';
import type { SessionPaths } from './session-paths.ts';
import { unlessMissing } from './unless-missing.ts';
import { writeWhole } from './write-whole.ts';

/** The place of a talk's files: its own by its names, or beside it where another event has files there already. */
export async function claimPaths(
  dataDirectory: string,
  { id, tenant, data }: Pick<HandledEvent<SessionData>, 'id' | 'tenant' | 'data'>,
): Promise<SessionPaths> {
  const plain = sessionPaths(tenant, data);
  if (await claimFolder(join(dataDirectory, plain.folder), id)) return plain;
  const own = ownSessionPaths(tenant, data, id);
  if (await claimFolder(join(dataDirectory, own.folder), id)) return own;
  throw new Error(`"${own.folder}" has the files of another event`);
}

export interface TalkFiles {
  readonly markdown: string;
  readonly transcript: string | null;
  /** In base64. */
  readonly previews: readonly string[];
}

/** Writes a talk's files, each whole, the Markdown last; and takes away what earlier attempts left besides. */
export async function writeFiles(dataDirectory: string, paths: SessionPaths, { markdown, transcript, previews }: TalkFiles): Promise<void> {
  const at = (path: string): string => join(dataDirectory, path);
  for (const [index, preview] of previews.entries()) await writeWhole(at(paths.preview(index + 1)), Buffer.from(preview, 'base64'));
  if (transcript !== null) await writeWhole(at(paths.transcript), transcript);
  await writeWhole(at(paths.markdown), markdown);

  const wanted = new Set([
    paths.markdown,
    transcript === null ? null : paths.transcript,
    ...previews.map((_, index) => paths.preview(index + 1)),
  ]);
  for (const folder of [paths.folder, paths.gallery]) {
    for (const name of await filesIn(at(folder))) {
      if (name !== CLAIM && !wanted.has(`${folder}/${name}`)) await rm(at(`${folder}/${name}`), { force: true });
    }
  }
}

/** Drafts of an attempt that was killed are among them. */
async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = await unlessMissing(readdir(folder, { withFileTypes: true }), []);
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}
