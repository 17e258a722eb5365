import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { HandledEvent } from '../../domain/define-event.ts';
import { claimFolder } from './claim-folder.ts';
import type { SessionData } from './session-data.ts';
import { ownSessionPaths, sessionPaths } from './session-paths.ts';
import type { SessionPaths } from './session-paths.ts';
import { isMissing } from './step-cache.ts';
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

/** Writes a talk's files, each whole, the Markdown last; and takes away what an earlier run left besides. */
export async function writeFiles(dataDirectory: string, paths: SessionPaths, { markdown, transcript, previews }: TalkFiles): Promise<void> {
  const at = (path: string): string => join(dataDirectory, path);
  for (const [index, preview] of previews.entries()) await writeWhole(at(paths.preview(index + 1)), Buffer.from(preview, 'base64'));
  const wanted = new Set(previews.map((_preview, index) => paths.preview(index + 1)));
  for (const name of await namesIn(at(paths.gallery))) {
    if (!wanted.has(`${paths.gallery}/${name}`)) await rm(at(`${paths.gallery}/${name}`), { force: true });
  }
  if (transcript === null) await rm(at(paths.transcript), { force: true });
  else await writeWhole(at(paths.transcript), transcript);
  await writeWhole(at(paths.markdown), markdown);
}

function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
}
