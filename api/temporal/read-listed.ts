import type { Client } from '@temporalio/client';
import { isEnded } from '../../domain/event-run.ts';
import type { EventRun } from '../../domain/event-run.ts';
import { toListedRun, unsaid } from '../../domain/listed-run.ts';
import type { ListedEvent, ListedState } from '../../domain/listed-run.ts';
import { decodeMemo } from '../../temporal/decode.ts';
import { EVENT_MEMO, EVENTS_MEMO, STANDING_MEMO } from '../../temporal/durable/names.ts';
import type { ListedEnd, ListedWorkflow } from '../../temporal/list-workflows.ts';
import { endLost } from './read-run.ts';

/**
 * What the index knows of a chunk's workflow. `unknown`: its history has to be read, as of one that was started by an earlier version,
 * that has too much to show, or that was ended by an error of ours.
 */
export type Listed =
  | { readonly kind: 'alone'; readonly run: EventRun }
  | { readonly kind: 'shared'; readonly events: number }
  | { readonly kind: 'unknown' };

export async function readListed(client: Client, { workflowId, end, memo }: ListedWorkflow): Promise<Listed> {
  const kept = await decodeMemo(client, { workflowId }, memo);
  const events = kept[EVENTS_MEMO];
  if (typeof events === 'number') return { kind: 'shared', events };
  const event = kept[EVENT_MEMO] as ListedEvent | undefined;
  const state = kept[STANDING_MEMO] as ListedState | false | undefined;
  if (event === undefined || state === false) return { kind: 'unknown' };
  const run = standing(event, state ?? null, end);
  return run === null ? { kind: 'unknown' } : { kind: 'alone', run };
}

/** The run as it stands; null where its workflow is closed and has not said how the run ended, which its history may say. */
function standing(event: ListedEvent, state: ListedState | null, end: ListedEnd | null): EventRun | null {
  const run = toListedRun(event, state);
  if (isEnded(run.phase)) return run;
  if (end === null) return unsaid(run, event);
  const { kind, atMs } = end;
  return kind === 'completed' || kind === 'failed' ? null : endLost(run, { kind, atMs });
}
