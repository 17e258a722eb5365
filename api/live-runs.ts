import { LRUCache } from 'lru-cache';
import { initialCallback } from '../domain/callback-record.ts';
import { parseMemberId } from '../domain/event-id.ts';
import { eventWorkflowId } from '../temporal/durable/workflow-ids.ts';
import { toFullResource } from '../domain/event-resource.ts';
import type { EventResource, WorkflowReference } from '../domain/event-resource.ts';
import type { EventRun } from '../domain/event-run.ts';
import { boundJson } from '../domain/json-bound.ts';
import { beforeRecord, isEnded, isPastStages } from '../domain/event-run.ts';

/**
 * What this process sees of the runs whose stages it executes, a few milliseconds before the engine has it on record.
 * Reads fall back on it while a workflow task holds the run, and a waiting POST is answered from it.
 */
export interface LiveRuns {
  observe(run: EventRun, workflow: WorkflowReference): void;
  find(workflowId: string): LiveRun | undefined;
  /** Told of every change from now on, until the function it gives is called. */
  listen(workflowId: string, tell: (live: LiveRun) => void): () => void;
  /**
   * The ended run, or null when `waitMs` have passed without one in this process.
   * @param runId the workflow's run, where an earlier one of the same id may be remembered
   */
  whenEnded(workflowId: string, waitMs: number, runId?: string): { readonly ended: Promise<LiveRun | null>; stop(): void };
  /** Resolves once the run's stages are over in this process, or when `waitMs` have passed. */
  whenPastStages(workflowId: string, waitMs: number): Promise<void>;
}

export interface LiveRun {
  readonly run: EventRun;
  readonly workflow: WorkflowReference;
}

/** The event as this process may show it; of its callback it knows only that there is one. */
export function liveResource({ run, workflow }: LiveRun): EventResource {
  const shown = beforeRecord(run);
  const resource = toFullResource(shown, initialCallback(run.event.callback?.url ?? null), workflow);
  return isEnded(shown.phase) ? { ...resource, recorded: false } : resource;
}

/**
 * @param capacity how many of the latest runs are kept: more than a process has slots to run at once
 * @param maxCharacters of their data, all together
 */
export function createLiveRuns(capacity = 1_000, maxCharacters = 64 * 2 ** 20): LiveRuns {
  const runs = new LRUCache<string, LiveRun & { readonly characters: number }>({
    max: capacity,
    maxSize: maxCharacters,
    sizeCalculation: ({ characters }) => Math.max(1, characters),
  });
  const listeners = new Map<string, Set<(live: LiveRun) => void>>();

  function listen(id: string, tell: (live: LiveRun) => void): () => void {
    const all = listeners.get(id) ?? new Set();
    listeners.set(id, all.add(tell));
    return () => {
      all.delete(tell);
      if (all.size === 0 && listeners.get(id) === all) listeners.delete(id);
    };
  }

  return {
    observe(run, workflow) {
      // Events of a chunk share a workflow, and are known by their own ids.
      const id = parseMemberId(run.event.id) === null ? workflow.id : eventWorkflowId(run.event);
      const known = runs.get(id);
      // Measured once a run: results are small, only its data can be large.
      const live = { run, workflow, characters: known?.characters ?? boundJson(run.event.data) };
      runs.set(id, live);
      for (const tell of listeners.get(id) ?? []) tell(live);
    },
    find: (workflowId) => runs.get(workflowId),
    listen,
    whenEnded: (workflowId, waitMs, runId) =>
      when(workflowId, waitMs, ({ run, workflow }) => isEnded(run.phase) && (runId === undefined || workflow.runId === runId)),
    whenPastStages: async (workflowId, waitMs) => {
      await when(workflowId, waitMs, ({ run }) => isPastStages(run.phase)).ended;
    },
  };

  function when(
    workflowId: string,
    waitMs: number,
    isTheEnd: (live: LiveRun) => boolean,
  ): { readonly ended: Promise<LiveRun | null>; stop(): void } {
    const seen = runs.get(workflowId);
    if (seen !== undefined && isTheEnd(seen)) return { ended: Promise.resolve(seen), stop: () => undefined };
    let stop = (): void => undefined;
    const ended = new Promise<LiveRun | null>((resolve) => {
      const settle = (live: LiveRun | null): void => {
        clearTimeout(timer);
        stopListening();
        resolve(live);
      };
      const timer = setTimeout(() => settle(null), waitMs);
      const stopListening = listen(workflowId, (live) => isTheEnd(live) && settle(live));
      stop = () => settle(null);
    });
    return { ended, stop };
  }
}
