import { createReadStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ownerOf } from './claim-folder.ts';
import { sessionRoot } from './session-paths.ts';
import { unlessMissing } from './unless-missing.ts';

export interface SessionFile {
  /** Within the session's folder, with `/`. */
  readonly name: string;
  /** Relative to the data directory, with `/`. */
  readonly path: string;
}

// As session-paths.ts makes them: a path out of a result can't lead elsewhere.
const FILE_PATH = /^(\/[\p{L}\p{N}_][\p{L}\p{N}._-]*){4,5}$/u;

/** The files that a session's result names, the Markdown first; none that lies outside its tenant's folder. */
export function sessionFiles(tenant: string, action: unknown): readonly SessionFile[] {
  if (typeof action !== 'object' || action === null) return [];
  const { markdown_file, transcript_file, gallery }: Readonly<Record<string, unknown>> = { ...action };
  const root = sessionRoot(tenant);
  return [markdown_file, transcript_file, ...(Array.isArray(gallery) ? gallery : [])]
    .filter((path): path is string => typeof path === 'string' && path.startsWith(`${root}/`) && FILE_PATH.test(path.slice(root.length)))
    .map((path) => ({ path, name: path.slice(root.length).split('/').slice(FOLDER_DEPTH).join('/') }));
}

// "", event, track, talk.
const FOLDER_DEPTH = 4;

export interface OpenedFile {
  readonly modifiedAt: Date;
  /** Opened when the first of it is read. */
  readonly content: AsyncGenerator<Uint8Array, void>;
}

/** The files of sessions as they are on disk now. */
export interface SessionStore {
  /** Whether a file's folder is still the event's: its files may have been removed, and another event have its place. */
  owns(eventId: string, file: SessionFile): Promise<boolean>;
  /** Null where it is gone. */
  open(file: SessionFile): Promise<OpenedFile | null>;
  /** Removes the file's folder with all that is in it, and so leaves its place to others. */
  removeFolder(file: SessionFile): Promise<void>;
}

export function createSessionStore(dataDirectory: string): SessionStore {
  const folderOf = ({ path, name }: SessionFile): string => join(dataDirectory, path.slice(0, -name.length));
  return {
    owns: async (eventId, file) => (await ownerOf(folderOf(file))) === eventId,
    async open({ path }) {
      const file = join(dataDirectory, path);
      const found = await unlessMissing(stat(file), null);
      return found && { modifiedAt: found.mtime, content: contentOf(file) };
    },
    removeFolder: (file) => rm(folderOf(file), { recursive: true, force: true }),
  };
}

async function* contentOf(file: string): AsyncGenerator<Uint8Array, void> {
  for await (const chunk of createReadStream(file)) yield chunk;
}
