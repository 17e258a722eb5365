import { createReadStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ownerOf } from './claim-folder.ts';
import { sessionRoot } from './session-paths.ts';
import { isMissing } from './step-cache.ts';

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

/** The files of sessions as they are now: those of an event are its own only as long as no other has its place. */
export interface SessionStore {
  /** Null where it is gone. */
  open(file: SessionFile, eventId: string): Promise<OpenedFile | null>;
  /** Removes all files of an event, and leaves its place to others. */
  remove(file: SessionFile, eventId: string): Promise<void>;
}

export function createSessionStore(dataDirectory: string): SessionStore {
  /** Null where another event has its place. */
  async function folderOf({ path, name }: SessionFile, eventId: string): Promise<string | null> {
    const folder = join(dataDirectory, path.slice(0, -name.length));
    return (await ownerOf(folder)) === eventId ? folder : null;
  }

  return {
    async open(file, eventId) {
      const folder = await folderOf(file, eventId);
      if (folder === null) return null;
      const path = join(folder, file.name);
      try {
        const { mtime } = await stat(path);
        return { modifiedAt: mtime, content: contentOf(path) };
      } catch (error) {
        if (isMissing(error)) return null;
        throw error;
      }
    },
    async remove(file, eventId) {
      const folder = await folderOf(file, eventId);
      if (folder !== null) await rm(folder, { recursive: true, force: true });
    },
  };
}

async function* contentOf(file: string): AsyncGenerator<Uint8Array, void> {
  for await (const chunk of createReadStream(file)) yield chunk;
}
