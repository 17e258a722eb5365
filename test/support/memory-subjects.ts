import { foldLetters } from '../../activities/run/fold-subject.ts';
import { createMailboxes } from '../../api/mailbox.ts';
import { letterHash } from '../../temporal/letter-hash.ts';
import type { LetterAnswer, Subjects } from '../../api/subject-events.ts';
import { answerTo, createSubject, findOutcome, freshLetters, recordFolded, toSubjectEventResource } from '../../domain/subject.ts';
import { emittedBy } from '../../domain/run-outcome.ts';
import type { AcceptedEvent } from '../../domain/accepted-event.ts';
import { versionsSince } from '../../domain/subject-versions.ts';
import type { Subject, SubjectAnswer, SubjectLetter, SubjectSnapshot } from '../../domain/subject.ts';
import type { Advance } from '../../handlers/advance.ts';
import type { SubjectKey } from '../../domain/subject-id.ts';
import { subjectWorkflowId } from '../../temporal/durable/workflow-ids.ts';

export interface MemorySubjectsOptions {
  readonly advance: Advance;
  readonly callEngine: () => void;
  /** Starts what events have emitted. */
  readonly follow: (events: readonly AcceptedEvent[]) => void;
}

/** Subjects kept in this process, by the rules that the workflow follows too. */
export function createMemorySubjects({ advance, callEngine, follow }: MemorySubjectsOptions): Subjects {
  const subjects = new Map<string, Subject>();
  const versions = new Map<string, SubjectSnapshot[]>();
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };

  async function send(key: SubjectKey, letters: readonly SubjectLetter[]): Promise<readonly LetterAnswer[]> {
    callEngine();
    const workflow = { id: subjectWorkflowId(key), runId: 'run-1' };
    let subject = subjects.get(workflow.id) ?? createSubject(key);
    const refused = new Map<string, SubjectAnswer>();
    let fresh = freshLetters(subject, throughJson(letters));
    while (fresh.length > 0) {
      const { version, state, updatedAtMs } = subject;
      const input = { key, version, state, updatedAtMs, letters: fresh };
      const begun = versions.get(workflow.id) ?? [subject];
      const folded = throughJson(await foldLetters(advance, input, { signal: new AbortController().signal, log }));
      subject = recordFolded(subject, fresh, folded, workflow.runId);
      versions.set(workflow.id, [...begun.slice(0, -1), ...versionsSince(begun.at(-1) ?? subject, [folded])]);
      for (const [index, letter] of folded.letters.entries()) {
        if (letter.kind === 'stale') refused.set(fresh[index]?.idHash ?? '', letter);
      }
      follow(emittedBy(folded.letters.flatMap((letter) => (letter.kind === 'processed' ? [letter.outcome] : []))));
      fresh = fresh.slice(folded.letters.length);
    }
    subjects.set(workflow.id, subject);
    return letters.map((letter) => ({
      answer: answerTo(subject, letter) ?? refused.get(letter.idHash) ?? { kind: 'id_conflict' },
      workflow,
    }));
  }

  const find = (key: SubjectKey): Subject | undefined => {
    callEngine();
    return subjects.get(subjectWorkflowId(key));
  };

  return {
    ...createMailboxes<LetterAnswer>({ send, now: Date.now }),
    snapshot: async (key) => find(key) ?? null,
    outcome: async (key, eventId) => {
      const subject = find(key);
      const known = subject === undefined ? null : findOutcome(subject, letterHash(eventId));
      return known !== null && 'outcome' in known ? toResource(key, known) : known;
    },
    accepted: async (key, eventId) => find(key)?.recent.find(({ idHash }) => idHash === letterHash(eventId))?.event ?? null,
    versions: async (key, most) => {
      callEngine();
      return versions.get(subjectWorkflowId(key))?.slice(-most - 1) ?? null;
    },
    names: async ({ tenant, type, limit }) => {
      callEngine();
      const keys = [...subjects.values()].map(({ key }) => key).filter((key) => key.tenant === tenant && (type ?? key.type) === key.type);
      return { items: keys.slice(0, limit).map((key) => ({ type: key.type, id: key.id })), nextCursor: null };
    },
    outcomes: async (key) => find(key)?.recent.map((recorded) => toResource(key, recorded)) ?? null,
  };
}

function toResource(key: SubjectKey, recorded: Subject['recent'][number]) {
  return toSubjectEventResource(recorded, { id: subjectWorkflowId(key), runId: 'run-1' });
}

function throughJson<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
