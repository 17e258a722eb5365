import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
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

/** Opens a session's file by its path; null where it is gone. */
export type OpenFile = (path: string) => Promise<OpenedFile | null>;

export function createOpenFile(dataDirectory: string): OpenFile {
  return async (path) => {
    const file = join(dataDirectory, path);
    try {
      const { mtime } = await stat(file);
      return { modifiedAt: mtime, content: contentOf(file) };
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  };
}

async function* contentOf(file: string): AsyncGenerator<Uint8Array, void> {
  for await (const chunk of createReadStream(file)) yield chunk;
}
