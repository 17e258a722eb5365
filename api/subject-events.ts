import { letterHash } from '../temporal/letter-hash.ts';
import { LRUCache } from 'lru-cache';
import type { AcceptedEvent } from '../domain/accepted-event.ts';
import type { EventResource, WorkflowReference } from '../domain/event-resource.ts';
import { HASH_CHARACTERS, toSubjectEventResource } from '../domain/subject.ts';
import type { CompactedOutcome, SubjectAnswer, SubjectLetter, SubjectSnapshot } from '../domain/subject.ts';
import { subjectOfEventId } from '../domain/subject-id.ts';
import type { SubjectKey, SubjectName } from '../domain/subject-id.ts';
import type { CompactedEvent, EventFilter, EventKey, Submission, SubmitOptions } from './event-service.ts';
import { InvalidCursorError } from './event-service.ts';
import type { Why } from '../domain/why.ts';
import { askBriefly } from './ask-briefly.ts';
import { selectsEvent } from './selects-event.ts';
import type { Mailboxes } from './mailbox.ts';
import { createSubjectSnapshots } from './subject-snapshots.ts';
import type { Page } from './page.ts';
import type { PageFilter } from './page-query.ts';

/** What a letter comes to, and where the subject's workflow was then. */
export interface LetterAnswer {
  readonly answer: SubjectAnswer;
  readonly workflow: WorkflowReference;
}

/** Which subjects are asked for. */
export interface SubjectFilter extends PageFilter {
  readonly type?: string | undefined;
}

/** What keeps the subjects. */
export interface Subjects extends Pick<Mailboxes<LetterAnswer>, 'post' | 'positionOf'> {
  snapshot(key: SubjectKey): Promise<SubjectSnapshot | null>;
  outcome(key: SubjectKey, eventId: string): Promise<EventResource | CompactedOutcome | null>;
  /** What an event was when it came; null when it isn't kept in full. */
  accepted(key: SubjectKey, eventId: string): Promise<AcceptedEvent | null>;
  /** What it was from one gathering of events to the next, the oldest first: so many, and the one before; null when there is no such subject. */
  versions(key: SubjectKey, most: number): Promise<readonly SubjectSnapshot[] | null>;
  /** Those of a tenant, in no order; it lags by a second. @throws InvalidCursorError */
  names(filter: SubjectFilter): Promise<Page<SubjectName>>;
  /** Of the last 50 events, the newest last; null when there is no such subject. */
  outcomes(key: SubjectKey): Promise<readonly EventResource[] | null>;
}

/** What the event service promises, for the events of subjects. Null stands for events and lists that are none of a subject. */
export interface SubjectEvents extends Pick<Subjects, 'versions' | 'names'> {
  submit(event: AcceptedEvent, type: string, options: SubmitOptions): Promise<Submission>;
  snapshot(key: SubjectKey): Promise<SubjectSnapshot | null>;
  get(key: EventKey): Promise<EventResource | null>;
  accepted(key: EventKey): Promise<AcceptedEvent | null>;
  compacted(key: EventKey): Promise<CompactedEvent | null>;
  why(key: EventKey): Why | null;
  /** @throws InvalidCursorError */
  list(filter: EventFilter): Promise<Page<EventResource> | null>;
}

// Whoever doesn't say how long it waits is answered by then; the engine may be away for part of it.
const ANSWER_WITHIN_MS = 10_000;
// What was answered lately, for whoever asks while the subject is at the next events: the receiver of its callback, say.
const MAX_ANSWERED = 500;

/** The subject that an event's id tells of, as its tenant sees it. */
export function subjectOf({ tenant, id }: EventKey): SubjectKey | null {
  const subject = subjectOfEventId(id);
  return subject === null ? null : { tenant, ...subject };
}

export function createSubjectEvents(subjects: Subjects, now: () => number): SubjectEvents {
  const snapshots = createSubjectSnapshots(subjects.snapshot);
  const answered = new LRUCache<string, EventResource>({ max: MAX_ANSWERED });

  function noteAnswer(key: SubjectKey, resource: EventResource): void {
    snapshots.noteVersion(key, versionOf(resource));
    answered.set(`${key.tenant}/${resource.id}`, resource);
  }

  async function find(key: EventKey): Promise<EventResource | CompactedOutcome | null> {
    const subject = subjectOf(key);
    const name = `${key.tenant}/${key.id}`;
    if (subject === null) return null;
    const asking = subjects.outcome(subject, key.id).then((outcome) => {
      // Its callback may be on record by now.
      if (answered.has(name) && outcome !== null && 'acceptedAt' in outcome) answered.set(name, outcome);
      return outcome;
    });
    return askBriefly(asking, () => answered.get(name) ?? null);
  }

  return {
    snapshot: snapshots.read,
    versions: subjects.versions,
    names: subjects.names,

    async submit(event, type, { fingerprint, waitMs, expectedVersion }) {
      const key = { tenant: event.tenant, type, id: event.subject ?? '' };
      const letter = toLetter(event, fingerprint, expectedVersion);
      const posted = await subjects.post(key, letter, Math.max(waitMs, ANSWER_WITHIN_MS));
      if (posted.kind === 'full') return posted;
      const { answer } = posted.answer;
      if (answer.kind === 'id_conflict') return { kind: 'conflict' };
      if (answer.kind === 'stale') return answer;
      const resource = answeredResource(event, posted.answer);
      if (resource !== null) {
        noteAnswer(key, resource);
        // What this process sent twice, since its first answer was lost, has the same time.
        const isJoined = Date.parse(resource.acceptedAt) !== event.acceptedAtMs;
        return { kind: 'ended', event, resource, ...(isJoined && { joined: resource }) };
      }
      if (answer.kind !== 'compacted') throw new Error(`no resource for "${event.id}"`);
      const { status, version } = answer;
      return { kind: 'ended', event, resource: { id: event.id, status, version, compacted: true }, joined: { status, run: 1 } };
    },

    async get(key) {
      const outcome = await find(key);
      return outcome !== null && 'acceptedAt' in outcome ? outcome : null;
    },

    async accepted(key) {
      const subject = subjectOf(key);
      return subject && subjects.accepted(subject, key.id);
    },

    async compacted(key) {
      const outcome = await find(key);
      return outcome === null || 'acceptedAt' in outcome ? null : { id: key.id, ...outcome, compacted: true };
    },

    why(key) {
      const subject = subjectOf(key);
      const place = subject && subjects.positionOf(subject, key.id);
      if (place === null) return null;
      const { position, waiting, forMs } = place;
      const summary = `It waits for its subject, at position ${position} of ${waiting} here; it isn't recorded yet.`;
      return {
        id: key.id,
        status: 'waiting',
        reason: 'mailbox',
        summary,
        since: new Date(now() - forMs).toISOString(),
        details: { position },
      };
    },

    async list(filter) {
      const { ofSubject: name } = filter;
      if (name === undefined) return null;
      const before = fromCursor(filter.cursor);
      const outcomes = (await subjects.outcomes({ tenant: filter.tenant, ...name })) ?? [];
      const selected = outcomes.toReversed().filter((resource) => versionOf(resource) < before && maySelect(resource, filter));
      const items = selected.slice(0, filter.limit);
      const last = items.at(-1);
      return { items, nextCursor: last !== undefined && selected.length > filter.limit ? toCursor(versionOf(last)) : null };
    },
  };
}

/** One that has left for its handlers may have come to any end by now, which is looked at once that is read. */
function maySelect(resource: EventResource, { status, ...filter }: EventFilter): boolean {
  const isOpen = resource.completedAt === null;
  return selectsEvent(resource, isOpen || status === undefined ? filter : { ...filter, status });
}

function versionOf({ version }: EventResource): number {
  return version ?? 0;
}

/** Pages go on below a version, whatever has been recorded meanwhile. */
function toCursor(version: number): string {
  return Buffer.from(`below ${version}`).toString('base64url');
}

function fromCursor(cursor: string | undefined): number {
  if (cursor === undefined) return Number.POSITIVE_INFINITY;
  const version = /^below (\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString())?.[1];
  if (version === undefined) throw new InvalidCursorError('the cursor is not one of ours');
  return Number(version);
}

/** @param fingerprint null for an id made just now, which nobody can use a second time */
export function toLetter(event: AcceptedEvent, fingerprint: string | null, expectedVersion: number | undefined): SubjectLetter {
  const contentHash = (fingerprint ?? '').padEnd(HASH_CHARACTERS, '-').slice(0, HASH_CHARACTERS);
  return { event, idHash: letterHash(event.id), contentHash, ...(expectedVersion !== undefined && { expectedVersion }) };
}

/** The resource that an answer tells of; null where the event isn't kept in full. */
export function answeredResource(event: AcceptedEvent, { answer, workflow }: LetterAnswer): EventResource | null {
  return answer.kind === 'recorded' ? toSubjectEventResource({ ...answer, event: answer.event ?? event }, workflow) : null;
}
