import type { AcceptedEvent } from './accepted-event.ts';
import { initialCallback } from './callback-record.ts';
import type { CallbackRecord } from './callback-record.ts';
import type { EventResource, WorkflowReference } from './event-resource.ts';
import { toEventResource } from './event-resource.ts';
import { isAtHandlers, isEnded } from './event-run.ts';
import { withoutEmitted } from './run-outcome.ts';
import type { RunOutcome } from './run-outcome.ts';
import type { StateChange } from './state-change.ts';
import { applyChange } from './state-change.ts';
import type { SubjectKey } from './subject-id.ts';
import { TIERS } from './tier.ts';

/** An event on its way to its subject. */
export interface SubjectLetter {
  readonly event: AcceptedEvent;
  /** 64 bits of the event's id. */
  readonly idHash: string;
  /** 64 bits of what was asked for, by which a repeated id is told from a conflicting one. */
  readonly contentHash: string;
  /** The event is refused if the subject has any other version when its turn comes. */
  readonly expectedVersion?: number;
}

/** What folding a letter gave: an outcome, or that its expected version was another one. */
export type FoldedLetter =
  | { readonly kind: 'processed'; readonly outcome: RunOutcome }
  | { readonly kind: 'stale'; readonly version: number };

/** What folding letters into a state gave: something of each in order, or of the first so many. */
export interface Folded {
  readonly change: StateChange;
  readonly letters: readonly FoldedLetter[];
}

/** What whoever sent a letter is told. `event` is there where an earlier letter of the same id was recorded, with what is known of it. */
export type SubjectAnswer =
  | ({ readonly kind: 'recorded'; readonly outcome: RunOutcome; readonly event?: AcceptedEvent } & LaterKnown)
  | ({ readonly kind: 'compacted' } & CompactedOutcome)
  | { readonly kind: 'id_conflict' }
  | { readonly kind: 'stale'; readonly version: number };

/** What an Update brings to the subject's workflow, and what it answers. */
export interface ApplyInput {
  readonly letters: readonly SubjectLetter[];
}

export interface Applied {
  readonly runId: string;
  /** One of each letter, in the order in which they came. */
  readonly answers: readonly SubjectAnswer[];
}

export type SubjectSnapshot = Pick<Subject, 'version' | 'state' | 'updatedAtMs'>;

/** All that is kept of an outcome that isn't among the last 50. */
export interface CompactedOutcome {
  readonly status: 'completed' | 'failed';
  readonly version: number;
}

/**
 * A subject: pure state, changed only by `recordFolded`. It is bounded: the last 50 outcomes in full, of the last 1,000
 * what tells a repeated event.
 */
export interface Subject {
  readonly key: SubjectKey;
  /** Counts the events processed, whatever was decided. */
  readonly version: number;
  /** Null before the first event. */
  readonly state: unknown;
  readonly updatedAtMs: number | null;
  /** The newest last. */
  readonly recent: readonly RecordedEvent[];
  /**
   * The last 1,000 events, the newest last, which is that of `version`: the hash of the id, that of the content, and `c` or
   * `f` for how it ended, in one text.
   */
  readonly seen: readonly string[];
}

/** What is kept of an event besides its outcome. */
export interface LaterKnown {
  /** The run of the subject's workflow that processed it, as its callback says, however often that is sent. */
  readonly runId?: string;
  /** Its callback's, once an attempt was made before there was a delivery, which then has a newer one. */
  readonly callback?: CallbackRecord;
}

export interface RecordedEvent extends LaterKnown {
  readonly event: AcceptedEvent;
  readonly idHash: string;
  readonly outcome: RunOutcome;
  /** Of its data, results, callback and the record of that as JSON, of what it says as a CloudEvent, and of its follow-ups' ids. */
  readonly characters: number;
}

export const HASH_CHARACTERS = 11;
const RECENT_EVENTS = 50;
// All together stay below what an engine takes as a workflow's input.
const RECENT_CHARACTERS = 512 * 1024;
const SEEN_EVENTS = 1_000;

export function createSubject(key: SubjectKey): Subject {
  return { key, version: 0, state: null, updatedAtMs: null, recent: [], seen: [] };
}

/** Who is processed first: the highest tier, of equals whoever was accepted first. */
export function inOrder<Letter extends Pick<SubjectLetter, 'event'>>(letters: readonly Letter[]): readonly Letter[] {
  return letters.toSorted(({ event: a }, { event: b }) => TIERS.indexOf(a.tier) - TIERS.indexOf(b.tier) || a.acceptedAtMs - b.acceptedAtMs);
}

/** The letters to be processed, in order: those whose id hasn't been seen, each id once. */
export function freshLetters(subject: Subject, letters: readonly SubjectLetter[]): readonly SubjectLetter[] {
  const known = new Set(subject.seen.map(idHashOf));
  return inOrder(letters).filter(({ idHash }) => {
    const isFresh = !known.has(idHash);
    known.add(idHash);
    return isFresh;
  });
}

/** What a subject is after letters were folded into it. */
export function afterFolded(before: SubjectSnapshot, { change, letters }: Folded): SubjectSnapshot {
  let { version, updatedAtMs } = before;
  for (const letter of letters) {
    if (letter.kind !== 'processed') continue;
    const { outcome } = letter;
    version = outcome.version ?? version;
    updatedAtMs = isEnded(outcome.phase) ? outcome.phase.endedAtMs : (outcome.startedAtMs ?? updatedAtMs);
  }
  return { version, updatedAtMs, state: version === before.version ? before.state : applyChange(before.state, change) };
}

/**
 * The subject after the letters that were folded, in their order.
 * @param runId of the workflow that holds it
 */
export function recordFolded(subject: Subject, letters: readonly SubjectLetter[], folded: Folded, runId: string): Subject {
  const recent: RecordedEvent[] = [...subject.recent];
  const seen: string[] = [...subject.seen];
  for (const [index, { event, idHash, contentHash }] of letters.entries()) {
    const letter = folded.letters[index];
    if (letter?.kind !== 'processed') continue;
    const outcome = withoutEmitted(letter.outcome);
    const ifAny = [event.cloudEvent, outcome.followUps].filter((part) => part !== undefined);
    const kept = [event.data, event.callback, outcome.results, outcome.progress, ...ifAny];
    const characters = kept.reduce<number>((sum, part) => sum + JSON.stringify(part).length, 0);
    recent.push({ event, idHash, outcome, runId, characters });
    seen.push(`${idHash}${contentHash}${hasSucceeded(outcome) ? 'c' : 'f'}`);
  }
  return {
    ...subject,
    ...afterFolded(subject, folded),
    recent: boundRecent(recent),
    seen: seen.slice(-SEEN_EVENTS),
  };
}

/** The subject once its callback's first attempt is on record; nothing of one that isn't kept in full any more. */
export function recordCallback(subject: Subject, version: number, callback: CallbackRecord): Subject {
  const recent = subject.recent.map((entry) => {
    if (entry.outcome.version !== version) return entry;
    return { ...entry, callback, characters: entry.characters + JSON.stringify(callback).length };
  });
  return { ...subject, recent: boundRecent(recent) };
}

/** What is known of an event by its id; null when it isn't among the last 1,000. */
export function findOutcome(subject: Subject, idHash: string): RecordedEvent | CompactedOutcome | null {
  const recorded = subject.recent.find((candidate) => candidate.idHash === idHash);
  if (recorded !== undefined) return recorded;
  const index = subject.seen.findLastIndex((entry) => idHashOf(entry) === idHash);
  const entry = subject.seen[index];
  if (entry === undefined) return null;
  return { status: entry.endsWith('c') ? 'completed' : 'failed', version: subject.version - (subject.seen.length - 1 - index) };
}

/** The answer to a letter once its id has been processed; null when it was not. */
export function answerTo(subject: Subject, letter: SubjectLetter): SubjectAnswer | null {
  const known = findOutcome(subject, letter.idHash);
  if (known === null) return null;
  const hashes = `${letter.idHash}${letter.contentHash}`;
  if (!subject.seen.some((entry) => entry.startsWith(hashes))) return { kind: 'id_conflict' };
  if (!('outcome' in known)) return { kind: 'compacted', ...known };
  const { idHash: _id, characters: _characters, ...recorded } = known;
  return { kind: 'recorded', ...recorded };
}

/** A subject's event as the API and the callbacks show it; `workflow` is the subject's, in its latest run. */
export function toSubjectEventResource(
  { event, outcome, runId, callback }: LaterKnown & Pick<RecordedEvent, 'event' | 'outcome'>,
  workflow: WorkflowReference,
): EventResource {
  const record = callback ?? initialCallback(event.callback?.url ?? null);
  return toEventResource({ event, ...outcome }, record, { id: workflow.id, runId: runId ?? workflow.runId });
}

/** As far as its subject is concerned, for which its handlers are none of its business. */
function hasSucceeded({ phase }: RunOutcome): boolean {
  return phase.status === 'completed' || isAtHandlers(phase);
}

function idHashOf(entry: string): string {
  return entry.slice(0, HASH_CHARACTERS);
}

/** The newest of them that are few and small enough. */
function boundRecent(recent: readonly RecordedEvent[]): readonly RecordedEvent[] {
  const kept: RecordedEvent[] = [];
  let characters = 0;
  for (const entry of recent.slice(-RECENT_EVENTS).toReversed()) {
    characters += entry.characters;
    if (characters > RECENT_CHARACTERS) break;
    kept.push(entry);
  }
  return kept.toReversed();
}
