import { hasEnded } from 'tickless/server';
import type { Core, EventKey, EventResource } from 'tickless/server';
import { knownAs } from './known-as.ts';

export interface FoundJob {
  readonly resource: EventResource;
  readonly isArchived: boolean;
}

/** A session by the name that its client gave it: as it is now, or as the archive has it when the engine has forgotten it. */
export async function findJob(
  { events, archive }: Pick<Core, 'events' | 'archive'>,
  { tenant, id: name }: EventKey,
): Promise<FoundJob | null> {
  const key = { tenant, id: knownAs('event_id', name) };
  const resource = await events.get(key);
  if (resource !== null && resource.type !== 'session') return null;
  if (resource !== null && !hasEnded(resource)) return { resource, isArchived: false };
  const archived = await archive.events.get(key);
  const found = resource ?? archived;
  return found && { resource: found, isArchived: archived !== null };
}
