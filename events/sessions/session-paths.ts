import { createHash } from 'node:crypto';
import { DEFAULT_TENANT } from 'tickless';
import { safeName } from './safe-name.ts';
import type { SessionData } from './session-data.ts';

/** Relative to the data directory, with `/`. */
export interface SessionPaths {
  readonly folder: string;
  readonly markdown: string;
  readonly transcript: string;
  readonly gallery: string;
  /** @param page from 1 */
  preview(page: number): string;
}

type Place = Pick<SessionData, 'event' | 'track' | 'day' | 'starttime' | 'filename'>;

/** Where a talk's files are, if no other event has files there. */
export function sessionPaths(tenant: string, { event, track, day, starttime, filename }: Place, suffix = ''): SessionPaths {
  const stem = safeName(filename.replace(/\.[^.]*$/, ''));
  const time = (starttime ?? '00:00').replace(':', '');
  const folder = [sessionRoot(tenant), safeName(event), safeName(track), `${day ?? 'undated'}-${time}-${stem}${suffix}`].join('/');
  return {
    folder,
    markdown: `${folder}/${stem}.md`,
    transcript: `${folder}/transcript.txt`,
    gallery: `${folder}/gallery`,
    preview: (page) => `${folder}/${previewName(page)}`,
  };
}

/** A page's picture, relative to the folder. @param page from 1 */
export function previewName(page: number): string {
  return `gallery/page-${String(page).padStart(3, '0')}.png`;
}

/** Where they are otherwise. */
export function ownSessionPaths(tenant: string, place: Place, eventId: string): SessionPaths {
  return sessionPaths(tenant, place, `-${createHash('sha256').update(eventId).digest('hex').slice(0, 10)}`);
}

/** The folder of all talks of a tenant. */
export function sessionRoot(tenant: string): string {
  return tenant === DEFAULT_TENANT ? 'events' : `tenants/${tenant}/events`;
}
