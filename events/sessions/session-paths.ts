import { DEFAULT_TENANT } from '../../domain/event-id.ts';
import { safeName } from './safe-name.ts';
import type { SessionData } from './session-data.ts';

export interface SessionPaths {
  /** Relative to the data directory, with `/`. */
  readonly folder: string;
  readonly markdown: string;
  readonly transcript: string;
  /** @param page from 1 */
  preview(page: number): string;
}

/** Where a talk's files are; the same talk of the same tenant is always at the same place. */
export function sessionPaths(
  tenant: string,
  { event, track, day, starttime, filename }: Pick<SessionData, 'event' | 'track' | 'day' | 'starttime' | 'filename'>,
): SessionPaths {
  const stem = safeName(filename.replace(/\.[^.]*$/, ''));
  const time = (starttime ?? '00:00').replace(':', '');
  const folder = [sessionRoot(tenant), safeName(event), safeName(track), `${day ?? 'undated'}-${time}-${stem}`].join('/');
  return {
    folder,
    markdown: `${folder}/${stem}.md`,
    transcript: `${folder}/transcript.txt`,
    preview: (page) => `${folder}/gallery/page-${String(page).padStart(3, '0')}.png`,
  };
}

/** The folder of all talks of a tenant. */
export function sessionRoot(tenant: string): string {
  return tenant === DEFAULT_TENANT ? 'events' : `tenants/${tenant}/events`;
}
