import type { EventResource } from '../domain/event-resource.ts';
import { toEventSummary } from '../domain/event-summary.ts';
import { mapAtMost } from '../domain/map-at-most.ts';
import type { Message } from './sse/message.ts';
import { wakened } from './sse/wakened.ts';

/** A workflow that has ended with events. */
export interface EndedWorkflow {
  readonly runId: string;
  /** By one clock, in microseconds. */
  readonly closedAtUs: number;
}

export interface EndedFeedOptions<Ended extends EndedWorkflow> {
  /** Those that have ended since then, the earliest first; they may become known late. Null where there are too many. */
  readonly list: (sinceUs: number) => Promise<readonly Ended[] | null>;
  readonly read: (ended: Ended) => Promise<readonly EventResource[]>;
  readonly nowMs: () => number;
  /** Told of what is tried again. */
  readonly onFailure: (error: Error) => void;
}

/** Events of a tenant as they end, for all who watch in this process. */
export interface EndedFeed {
  /** Watches from now on, or after the message with this id. */
  join(lastEventId: string | null): EndedReader;
  /** An event that this process saw end, and that no workflow ends with. */
  publish(resource: EventResource): void;
  /** How many watch. */
  readers(): number;
  stop(): void;
}

export interface EndedReader {
  /** The next message; null when `waitMs` have passed or the signal aborts. @throws FellBehindError */
  next(options: { readonly waitMs: number; readonly signal: AbortSignal }): Promise<Message | null>;
  leave(): void;
}

/** A reader was so slow that what comes next is not at hand any more: it begins again from its last message. */
export class FellBehindError extends Error {
  override readonly name = 'FellBehindError';
}

const POLL_EVERY_MS = 1_000;
// What ends is found by the engine's index so late at most, as a rule.
const OVERLAP_US = 5_000_000;
// The clock of who watches and the engine's may be apart by so much.
const SKEW_US = 1_000_000;
const READS_AT_ONCE = 8;
// For all readers of a tenant together; a summary has a kilobyte or two.
const KEPT_MESSAGES = 2_000;
const REMEMBERED_RUNS = 50_000;

/** A message, and the run of the workflow that it tells of; null where it is of none. */
interface Entry {
  readonly message: Message;
  readonly runId: string | null;
}

export function createEndedFeed<Ended extends EndedWorkflow>({ list, read, nowMs, onFailure }: EndedFeedOptions<Ended>): EndedFeed {
  const startedAtUs = nowMs() * 1_000 - SKEW_US;
  /** The number of the first entry that is kept. */
  let first = 0;
  const entries: Entry[] = [];
  const seen = new Set<string>();
  let sinceUs = startedAtUs;
  let lastId = `${startedAtUs}.0.0`;
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;
  const waiting = new Set<() => void>();
  let readers = 0;

  function add(entry: Entry): void {
    entries.push(entry);
    lastId = entry.message.id;
    if (entries.length > KEPT_MESSAGES) first += entries.splice(0, entries.length - KEPT_MESSAGES).length;
    for (const look of waiting) look();
  }

  async function poll(): Promise<void> {
    const ended = await list(sinceUs);
    if (ended === null) {
      add({ message: toGap(lastId), runId: null });
      sinceUs = nowMs() * 1_000 - SKEW_US;
      return;
    }
    const fresh = ended.filter(({ runId }) => !seen.has(runId));
    for (let from = 0; from < fresh.length; from += READS_AT_ONCE) {
      const some = fresh.slice(from, from + READS_AT_ONCE);
      for (const entry of await readSome(some)) add(entry);
      for (const { runId } of some) remember(runId);
    }
    sinceUs = Math.max(sinceUs, (ended.at(-1)?.closedAtUs ?? 0) - OVERLAP_US);
  }

  function remember(runId: string): void {
    seen.add(runId);
    if (seen.size > REMEMBERED_RUNS) seen.delete(seen.values().next().value ?? '');
  }

  async function readSome(some: readonly Ended[]): Promise<readonly Entry[]> {
    const found = await mapAtMost(some, READS_AT_ONCE, async (ended): Promise<readonly Entry[]> => {
      const { closedAtUs, runId } = ended;
      // Of one that can't be read nothing is told: it would hold up all others.
      const resources = await read(ended).catch((error: Error) => {
        onFailure(error);
        return [];
      });
      return resources.map((resource, place) => ({ message: toMessage(resource, `${closedAtUs}.${runId}.${place}`), runId }));
    });
    return found.flat();
  }

  function again(): void {
    if (!isStopped) timer = setTimeout(() => void poll().catch(onFailure).finally(again), POLL_EVERY_MS);
  }
  again();

  return {
    join(lastEventId) {
      readers += 1;
      const known = lastEventId === null ? -1 : entries.findLastIndex(({ message }) => message.id === lastEventId);
      let at = known >= 0 ? first + known + 1 : first + entries.length;
      const afterUs = lastEventId !== null && known < 0 ? closedAtOf(lastEventId) : null;
      /** What had ended before this reader came; null until that is known. */
      let missed: readonly Ended[] | null = afterUs === null ? [] : null;
      let early: readonly Entry[] = [];
      let told: ReadonlySet<string> = new Set();

      /** Some of it again, as this process can't know all that the reader has seen. */
      async function nextMissed(): Promise<Message | null> {
        if (missed === null) {
          const ended = await list((afterUs ?? 0) - OVERLAP_US);
          missed = ended ?? [];
          told = new Set(missed.map(({ runId }) => runId));
          if (ended === null) return toGap(lastId);
        }
        while (early.length === 0 && missed.length > 0) {
          early = await readSome(missed.slice(0, READS_AT_ONCE));
          missed = missed.slice(READS_AT_ONCE);
        }
        const [entry = null, ...rest] = early;
        early = rest;
        return entry && entry.message;
      }

      return {
        async next({ waitMs, signal }) {
          const before = await nextMissed();
          if (before !== null) return before;
          for (;;) {
            if (at < first) throw new FellBehindError('this reader is too slow');
            if (at === first + entries.length) await wakened(waiting, waitMs, signal);
            const entry = entries[at - first];
            if (entry === undefined) return null;
            at += 1;
            if (entry.runId === null || !told.has(entry.runId)) return entry.message;
          }
        },
        leave() {
          readers -= 1;
        },
      };
    },
    // It has no place among what the engine's index knows: whoever comes back goes on after the one before.
    publish: (resource) => add({ message: toMessage(resource, lastId), runId: null }),
    readers: () => readers,
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}

function toMessage(resource: EventResource, id: string): Message {
  return { id, event: resource.status, data: JSON.stringify(toEventSummary(resource)), last: false };
}

/** More has ended than can be told: what comes next isn't all that came. */
function toGap(id: string): Message {
  return { id, event: 'gap', data: '{}', last: false };
}

/** When what a message tells of had ended, by its id; null for one that isn't ours. */
export function closedAtOf(id: string): number | null {
  const closedAt = /^(\d{1,16})\.[\w-]+\.\d{1,9}$/.exec(id)?.[1];
  return closedAt === undefined ? null : Number(closedAt);
}
