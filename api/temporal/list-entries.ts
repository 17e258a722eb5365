import type { Client } from '@temporalio/client';
import { LRUCache } from 'lru-cache';
import type { AcceptedEvent } from '../../domain/accepted-event.ts';
import { handlerRunId, parseMemberId, runName } from '../../domain/event-id.ts';
import { summaryOf, toEventSummary } from '../../domain/event-summary.ts';
import type { EventSummary } from '../../domain/event-summary.ts';
import { acceptRun, beforeRecord, isAtHandlers, isEnded } from '../../domain/event-run.ts';
import type { EventRun } from '../../domain/event-run.ts';
import { handlersOf } from '../../domain/handlers-of.ts';
import { recordHandler } from '../../domain/handler-runs.ts';
import { further } from '../../domain/listed-run.ts';
import { mapAtMost } from '../../domain/map-at-most.ts';
import { eventWorkflowId } from '../../temporal/durable/workflow-ids.ts';
import type { ListedWorkflow } from '../../temporal/list-workflows.ts';
import { findChunk, mayHaveLeft, readShared } from '../../temporal/read-chunk.ts';
import type { RecordedChunk } from '../../temporal/read-chunk.ts';
import type { EventFilter } from '../event-service.ts';
import type { LiveRuns } from '../live-runs.ts';
import type { KnownRuns } from './find-by-ids.ts';
import type { ListPlace } from './list-cursor.ts';
import { readListed } from './read-listed.ts';
import { endLost, readRun } from './read-run.ts';

/** An event of a page, and which of its workflow's it is. */
export interface Entry {
  readonly of: ListedWorkflow;
  readonly index: number;
  /** Workflows that say whether and how it is shown here. */
  readonly lookUp: readonly string[];
  /** Null where it is shown elsewhere, or not at all. */
  show(known: KnownRuns): Promise<EventSummary | null>;
}

const READS_AT_ONCE = 8;
// Of closed chunks of several, which never change: up to a hundred events each, without what lists leave out.
const MAX_REMEMBERED = 100;

/** Spells out workflows as the events that came in them: at least one more than a page has, as far as there are so many. */
export function createListEntries(client: Client, liveRuns: LiveRuns) {
  const remembered = new LRUCache<string, RecordedChunk>({ max: MAX_REMEMBERED });

  return async (
    workflows: readonly ListedWorkflow[],
    { limit, status, subject, tier }: EventFilter,
    place: ListPlace | null,
  ): Promise<readonly Entry[]> => {
    // An event that leaves its company goes on in a workflow that starts later. Its place is where it came, or it would be missed by
    // whoever has read past the one and hasn't come to the other. Status and subject are found by the workflow it is in alone.
    const isByPlace = status === undefined && subject === undefined;
    // An event that was replayed is shown once, as its newest run. Its place, too, is where it came, but where a status is asked for: the
    // runs before had another one.
    const isByFirstRun = status === undefined;
    const listed = await mapAtMost(workflows, READS_AT_ONCE, async (workflow) => ({ workflow, said: await readListed(client, workflow) }));

    const entries: Entry[] = [];
    let from = 0;
    while (from < listed.length && entries.length <= limit) {
      const next = listed.slice(from, from + untilFull(limit + 1 - entries.length));
      const found = await mapAtMost(next, READS_AT_ONCE, async ({ workflow, said }) =>
        said.kind === 'alone' ? [alone(workflow, said.run)] : readEntries(workflow),
      );
      entries.push(...found.flat().filter(isToCome));
      from += next.length;
    }
    return entries;

    /** Where the page before ended within a workflow, some of it is left. */
    function isToCome({ of, index }: Entry): boolean {
      return of.runId !== place?.runId || place.index === null || index <= place.index;
    }

    /** How many workflows have so many events, of those that are next. */
    function untilFull(count: number): number {
      let events = 0;
      let taken = 0;
      for (const { said } of listed.slice(from)) {
        if (events >= count) break;
        events += said.kind === 'shared' ? said.events : 1;
        taken += 1;
      }
      return taken;
    }

    /** Those that came last come first, as in the list. */
    async function readEntries(workflow: ListedWorkflow): Promise<readonly Entry[]> {
      const shared = await readOnce(workflow);
      const [only] = shared?.events ?? [];
      if (shared === null || only === undefined) return [];
      if (shared.events.length === 1) return ofTier(only) ? [unlisted(workflow, only)] : [];
      return shared.events.flatMap((event, index) => (ofTier(event) ? [member(workflow, shared, index)] : [])).toReversed();
    }

    function ofTier(event: AcceptedEvent): boolean {
      return tier === undefined || event.tier === tier;
    }

    function alone(of: ListedWorkflow, run: EventRun): Entry {
      const lookUp = [...elsewhere(of, run.event), ...handlersApart(run)];
      return {
        of,
        index: 0,
        lookUp,
        show: async (known) => {
          const shown = await newestOf(of, run.event, known);
          if (shown === null) return null;
          return shown === of ? showRun(of, await withHandlers(run, known)) : showWorkflow(shown);
        },
      };
    }

    /** One of which the index says too little. */
    function unlisted(of: ListedWorkflow, event: AcceptedEvent): Entry {
      return {
        of,
        index: 0,
        lookUp: elsewhere(of, event),
        show: async (known) => {
          const shown = await newestOf(of, event, known);
          return shown && showWorkflow(shown);
        },
      };
    }

    function member(of: ListedWorkflow, shared: RecordedChunk, index: number): Entry {
      const { events, end } = shared;
      const event = events[index] as AcceptedEvent;
      const kept = shared.runs?.[index];
      const ownId = eventWorkflowId({ tenant: event.tenant, id: runName(event) });
      const hasLeft = mayHaveLeft(shared, kept);
      const run = kept === undefined ? acceptRun(event) : { event, ...kept };
      return {
        of,
        index,
        lookUp: hasLeft ? [ownId] : [],
        show: async (known) => {
          const [own] = hasLeft ? (known.get(ownId) ?? []) : [];
          if (own !== undefined) return isByPlace ? showWorkflow(own) : null;
          const workflow = { id: of.workflowId, runId: of.runId };
          return end.kind === 'open' ? showOpen(ownId, run, workflow) : summaryOf(endLost(run, end), workflow);
        },
      };
    }

    /** Where else an event may stand that has a workflow of its own. */
    function elsewhere({ workflowId, end }: ListedWorkflow, event: AcceptedEvent): readonly string[] {
      const company = companyOf(event);
      const mayBeReplayed = end !== null && end.kind !== 'completed';
      return [
        ...(mayBeReplayed || (isByFirstRun && event.replay !== undefined) ? [workflowId] : []),
        ...(company === null ? [] : [company]),
      ];
    }

    /** The workflow at whose place an event is shown that has left it; null where it is shown at its own. */
    function companyOf({ tenant, id }: AcceptedEvent): string | null {
      const came = isByPlace ? parseMemberId(id) : null;
      return came && eventWorkflowId({ tenant, id: came.chunkId });
    }

    /** The run of the workflow that the event is shown by at this place; null where it is shown at another. */
    async function newestOf(of: ListedWorkflow, event: AcceptedEvent, known: KnownRuns): Promise<ListedWorkflow | null> {
      const company = companyOf(event);
      if (company !== null && known.has(company)) return null;
      const runs = known.get(of.workflowId) ?? [];
      if (isByFirstRun && event.replay !== undefined && runs.some(({ startedAtUs }) => startedAtUs < of.startedAtUs)) return null;
      const [newest] = runs;
      if (newest === undefined || newest.startedAtUs <= of.startedAtUs || !(await isNewer(newest, event))) return of;
      return isByFirstRun ? newest : null;
    }
  };

  async function readOnce({ workflowId, runId }: ListedWorkflow): Promise<RecordedChunk | null> {
    const before = remembered.get(runId);
    if (before !== undefined) return before;
    const read = await readShared(client, { workflowId, runId });
    const shared = read && withoutContent(read);
    if (shared !== null && shared.end.kind !== 'open') remembered.set(runId, shared);
    return shared;
  }

  /** Handlers of a subject's events have names that come again. */
  async function isNewer(newest: ListedWorkflow, { run }: AcceptedEvent): Promise<boolean> {
    const said = await readListed(client, newest);
    if (said.kind === 'alone') return said.run.event.run > run;
    const found = await findChunk(client, { workflowId: newest.workflowId, runId: newest.runId });
    return (found?.events[0]?.run ?? 0) > run;
  }

  async function showWorkflow(workflow: ListedWorkflow): Promise<EventSummary | null> {
    const said = await readListed(client, workflow);
    if (said.kind === 'alone') return showRun(workflow, said.run);
    const found = await findChunk(client, { workflowId: workflow.workflowId, runId: workflow.runId });
    const resource = found && (await readRun(client, liveRuns, found, 0));
    return resource && toEventSummary(resource);
  }

  function showRun({ workflowId, runId, end }: ListedWorkflow, run: EventRun): EventSummary {
    const workflow = { id: workflowId, runId };
    return end === null ? showOpen(workflowId, run, workflow) : summaryOf(run, workflow);
  }

  /** @param seenAs what this process knows its run by */
  function showOpen(seenAs: string, run: EventRun, workflow: { readonly id: string; readonly runId: string }): EventSummary {
    const live = liveRuns.find(seenAs);
    const seen = live === undefined ? null : beforeRecord(live.run);
    const shown = further(run, seen);
    const summary = summaryOf(shown, workflow);
    return shown === seen && isEnded(shown.phase) ? { ...summary, recorded: false } : summary;
  }

  /** With where its handlers stand that have workflows of their own: its own hears of them at their ends. */
  async function withHandlers(run: EventRun, known: KnownRuns): Promise<EventRun> {
    let shown = run;
    for (const { name } of isAtHandlers(run.phase) ? handlersOf(run.event) : []) {
      const [workflow] = known.get(handlerWorkflowId(run, name)) ?? [];
      const said = workflow && (await readListed(client, workflow));
      if (said?.kind === 'alone') shown = recordHandler(shown, name, said.run);
    }
    return shown;
  }
}

/** Without data, results and progress, which lists leave out. */
function withoutContent({ events, runs, end, workflow }: RecordedChunk): RecordedChunk {
  return {
    events: events.map((event) => ({ ...event, data: null })),
    runs: runs && runs.map((run) => ({ ...run, results: {}, progress: null })),
    end,
    workflow,
  };
}

/** The workflows of handlers that an event waits for. */
function handlersApart(run: EventRun): readonly string[] {
  if (!isAtHandlers(run.phase)) return [];
  return handlersOf(run.event).flatMap(({ name }) => {
    const phase = run.handlers?.[name]?.phase;
    return phase !== undefined && isEnded(phase) ? [] : [handlerWorkflowId(run, name)];
  });
}

function handlerWorkflowId({ event }: EventRun, name: string): string {
  return eventWorkflowId({ tenant: event.tenant, id: handlerRunId(event, name) });
}
