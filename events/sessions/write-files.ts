import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { HandledEvent } from 'tickless';
import { CLAIM, claimFolder, ownerOf } from './claim-folder.ts';
import type { SessionData } from './session-data.ts';
import { ownSessionPaths, sessionPaths } from './session-paths.ts';
import type { SessionPaths } from './session-paths.ts';
import { unlessMissing } from './unless-missing.ts';
import { writeWhole } from './write-whole.ts';

type Event = Pick<HandledEvent<SessionData>, 'id' | 'tenant' | 'data'>;

/** The place of a talk's files: its own by its names, or beside it where another event has files there already. */
export async function claimPaths(dataDirectory: string, event: Event): Promise<SessionPaths> {
  const places = placesOf(event);
  for (const paths of places) {
    if (await claimFolder(join(dataDirectory, paths.folder), event.id)) return paths;
  }
  throw new Error(`"${places[1].folder}" has the files of another event`);
}

/** The folder that is an event's already; null where it has none. */
export async function findFolder(dataDirectory: string, event: Event): Promise<string | null> {
  for (const { folder } of placesOf(event)) {
    if ((await ownerOf(join(dataDirectory, folder))) === event.id) return folder;
  }
  return null;
}

function placesOf({ id, tenant, data }: Event): readonly [SessionPaths, SessionPaths] {
  return [sessionPaths(tenant, data), ownSessionPaths(tenant, data, id)];
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
