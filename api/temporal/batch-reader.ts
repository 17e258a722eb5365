import { monotonicMs } from '../../runtime/monotonic.ts';
import type { Client } from '@temporalio/client';
import type { AcceptedBatch } from '../../domain/accepted-batch.ts';
import { createBatch } from '../../domain/batch.ts';
import { endedCount, toBatchResource, toPages } from '../../domain/batch-resource.ts';
import type { BatchResource } from '../../domain/batch-resource.ts';
import type { BatchInput, BatchSnapshot, BatchResult, PagesAnswer, PagesQueryInput } from '../../domain/batch-work.ts';
import { BATCH_PAGES_QUERY, BATCH_PROGRESS_QUERY, BATCH_QUERY } from '../../temporal/durable/names.ts';
import { EngineUnavailableError } from '../../temporal/engine-unavailable-error.ts';
import { createRecent } from '../recent.ts';
import { askInTime } from '../../temporal/ask-workflow.ts';
import { readEngine } from '../../temporal/engine-call.ts';
import { endedByForce, pagesByForce } from './ended-by-force.ts';
import { toForcedEnd } from '../../temporal/forced-end.ts';
import type { ForcedEnd } from '../../temporal/forced-end.ts';
import { readWorkflowEnd, readWorkflowStart } from '../../temporal/history.ts';
import { withRecord } from '../../temporal/read-record.ts';

export interface BatchReader {
  /** What a batch left, else what its workflow answers, else what this process saw of it last. Null when there is none. */
  read(workflowId: string): Promise<BatchResource | null>;
  /** The state of some of its pages, likewise. */
  pages(workflowId: string, asked: PagesQueryInput): Promise<PagesView | null>;
  /** All that a batch needs to go on from where it ended; null for one that is open. @throws EngineUnavailableError */
  left(workflowId: string): Promise<LeftBatch | null>;
}

export interface PagesView extends PagesAnswer {
  /** Present where the batch's workflow was ended from outside. */
  readonly forced?: ForcedEnd;
}

export interface LeftBatch extends BatchSnapshot {
  readonly accepted: AcceptedBatch;
  /** Whether each item has its verdict. */
  readonly byItself: boolean;
}

// A reader doesn't wait for a batch that is busy, or has no worker, if there is anything else to tell it.
const QUERY_TIMEOUT_MS = 200;
// Of this one only what it began with is known, which may be long ago; a worker that has just started replays it first.
const FIRST_QUERY_TIMEOUT_MS = 1_500;
// Its counts may have been read since, and its items are to agree with them.
const FRESH_MS = 1_000;
// A closed one is replayed too, but once for this process.
const CLOSED_QUERY_TIMEOUT_MS = 5_000;

const BATCHES_KEPT = 1_000;
// Up to 300 KB each.
const PAGES_KEPT = 16;
const FORCED_KEPT = 4;

/** Reads batches, and remembers what it saw, so that no reader is told less than one before. */
export function createBatchReader(client: Client): BatchReader {
  const seen = createRecent<BatchResource>(BATCHES_KEPT);
  const seenPages = createRecent<{ readonly answer: PagesAnswer; readonly atMs: number }>(PAGES_KEPT);
  const forced = createRecent<BatchSnapshot>(FORCED_KEPT);

  async function readOpen(workflowId: string): Promise<BatchResource> {
    const known = seen.get(workflowId);
    const asked = await query<BatchResource>(workflowId, BATCH_QUERY, known === undefined ? FIRST_QUERY_TIMEOUT_MS : QUERY_TIMEOUT_MS);
    const resource = asked ?? furthest(known, await readBegun(workflowId));
    seen.set(workflowId, resource);
    return resource;
  }

  /** As of the moment at which it was ended from outside, if anybody can still say. */
  async function progressOf(workflowId: string): Promise<BatchSnapshot | null> {
    const { runId } = await readEngine(client, QUERY_TIMEOUT_MS * 5, () => client.workflow.getHandle(workflowId).describe());
    const known = forced.get(runId) ?? (await query<BatchSnapshot>(workflowId, BATCH_PROGRESS_QUERY, CLOSED_QUERY_TIMEOUT_MS));
    if (known !== null) forced.set(runId, known);
    return known;
  }

  function query<T>(workflowId: string, name: string, timeoutMs: number, ...args: readonly unknown[]): Promise<T | null> {
    return askInTime(client, { workflowId }, { query: name, timeoutMs, args });
  }

  /** What its last run began with. */
  async function readBegun(workflowId: string): Promise<{ readonly accepted: AcceptedBatch } & BatchSnapshot> {
    const started = await readWorkflowStart(client, { workflowId });
    if (started === null) throw new EngineUnavailableError('the batch went while it was read');
    const { accepted, progress } = started.input as BatchInput;
    return { accepted, ...(progress ?? { batch: createBatch(accepted), startedAtMs: started.atMs, pace: [] }) };
  }

  return {
    async read(workflowId) {
      const end = await readWorkflowEnd(client, { workflowId });
      if (end === null) return null;
      if (end.kind === 'open') return readOpen(workflowId);
      seen.delete(workflowId);
      if (end.kind === 'completed') {
        const { resource } = end.result as BatchResult;
        const callback = await withRecord(client, { owner: workflowId, run: resource.run }, resource.callback);
        return { ...resource, callback };
      }
      const begun = await readBegun(workflowId);
      const progress = (await progressOf(workflowId)) ?? begun;
      const forced = toForcedEnd(end);
      return endedByForce(toResource(begun.accepted, progress, forced.atMs), progress.batch, forced);
    },

    async pages(workflowId, asked) {
      const end = await readWorkflowEnd(client, { workflowId });
      if (end === null) return null;
      const name = `${workflowId} ${asked.from}`;
      if (end.kind === 'open') {
        const known = seenPages.get(name);
        const isFresh = known !== undefined && monotonicMs() - known.atMs < FRESH_MS;
        const timeoutMs = isFresh ? QUERY_TIMEOUT_MS : FIRST_QUERY_TIMEOUT_MS;
        const answer = await query<PagesAnswer>(workflowId, BATCH_PAGES_QUERY, timeoutMs, asked);
        if (answer !== null) seenPages.set(name, { answer, atMs: monotonicMs() });
        const latest = answer ?? known?.answer;
        if (latest !== undefined) return latest;
      }
      seenPages.delete(name);
      const begun = await readBegun(workflowId);
      if (end.kind === 'open') return toPages(begun.accepted, begun.batch, asked);
      if (end.kind === 'completed') return toPages(begun.accepted, (end.result as BatchResult).batch, asked);
      const { batch } = (await progressOf(workflowId)) ?? begun;
      return pagesByForce(toPages(begun.accepted, batch, asked), toForcedEnd(end));
    },

    async left(workflowId) {
      const end = await readWorkflowEnd(client, { workflowId });
      if (end === null || end.kind === 'open') return null;
      const { accepted } = await readBegun(workflowId);
      if (end.kind === 'completed') {
        const { batch, startedAtMs } = end.result as BatchResult;
        return { accepted, batch, startedAtMs, pace: [], byItself: true };
      }
      const progress = await progressOf(workflowId);
      if (progress === null) throw new EngineUnavailableError('no worker can say how far the batch was when it was ended');
      return { accepted, ...progress, pace: [], byItself: false };
    },
  };
}

/** @param nowMs by the engine's clock, as all times of its progress */
function toResource(accepted: AcceptedBatch, progress: BatchSnapshot, nowMs: number): BatchResource {
  return toBatchResource(accepted, progress, { endedAtMs: null, nowMs });
}

/** A run that has just begun may know more than what was seen of the one before it. */
function furthest(known: BatchResource | undefined, begun: { readonly accepted: AcceptedBatch } & BatchSnapshot): BatchResource {
  // Its pace is as it was when that was known.
  const other = toResource(begun.accepted, begun, begun.pace.at(-1)?.atMs ?? begun.startedAtMs);
  if (known === undefined || known.run < other.run) return other;
  return endedCount(known.counts) < endedCount(other.counts) ? other : known;
}
