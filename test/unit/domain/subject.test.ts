import fc from 'fast-check';
import { expect, it } from 'vitest';
import { initialCallback } from '../../../domain/callback-record.ts';
import {
  answerTo,
  createSubject,
  findOutcome,
  freshLetters,
  HASH_CHARACTERS,
  inOrder,
  recordCallback,
  recordFolded,
  toSubjectEventResource,
} from '../../../domain/subject.ts';
import { acceptRun, completeStage, stateOf } from '../../../domain/event-run.ts';
import type { Folded, FoldedLetter, Subject, SubjectLetter } from '../../../domain/subject.ts';
import { TIERS } from '../../../domain/tier.ts';
import { acceptedEvent, eventError } from './event-samples.ts';

const key = { tenant: 'default', type: 'account', id: 'a' };

function letter(id: number | string, content = 'x', fields: Parameters<typeof acceptedEvent>[0] = {}): SubjectLetter {
  const hash = (text: string): string => text.padEnd(HASH_CHARACTERS, '-');
  return { event: acceptedEvent({ id: `event-${id}`, ...fields }), idHash: hash(String(id)), contentHash: hash(content) };
}

/** Adds up the ids' lengths; fails those that end in 7, and refuses those that end in 9. */
function fold(subject: Subject, letters: readonly SubjectLetter[], atMost = letters.length): Folded {
  let { version } = subject;
  const folded = letters.slice(0, atMost).map(({ idHash }): FoldedLetter => {
    const name = idHash.replace(/-+$/, '');
    if (name.endsWith('9')) return { kind: 'stale', version };
    version += 1;
    const end = { endedAtMs: version * 10 };
    const phase = name.endsWith('7')
      ? { status: 'failed' as const, ...end, error: eventError() }
      : { status: 'completed' as const, ...end };
    const run = stateOf(completeStage(acceptRun(acceptedEvent()), 'action', name));
    return { kind: 'processed', outcome: { ...run, version, startedAtMs: 0, attempts: { action: 1 }, phase } };
  });
  return { change: { set: { version }, removed: [], lists: {} }, letters: folded };
}

function apply(subject: Subject, letters: readonly SubjectLetter[], atMost?: number): Subject {
  const fresh = freshLetters(subject, letters);
  return recordFolded(subject, fresh, fold(subject, fresh, atMost), 'run-a');
}

const anyGatherings = fc.array(
  fc.array(
    fc.nat(120).map((id) => letter(id)),
    { maxLength: 60 },
  ),
  { maxLength: 60 },
);

it('counts each processed event once, and keeps state, version and outcomes together', () => {
  fc.assert(
    fc.property(anyGatherings, (gatherings) => {
      const subject = gatherings.reduce((before, letters) => apply(before, letters), createSubject(key));
      const ids = new Set(
        gatherings
          .flat()
          .map(({ idHash }) => idHash)
          .filter((hash) => !hash.replace(/-+$/, '').endsWith('9')),
      );
      expect(subject.version).toBe(ids.size);
      expect(subject.seen).toHaveLength(ids.size);
      expect(new Set(subject.seen.map((entry) => entry.slice(0, HASH_CHARACTERS)))).toEqual(ids);
      expect(subject.recent.map(({ outcome }) => outcome.version)).toEqual(
        Array.from({ length: Math.min(50, ids.size) }, (_, index) => ids.size - Math.min(50, ids.size) + index + 1),
      );
      if (ids.size > 0) expect(subject).toMatchObject({ state: { version: ids.size }, updatedAtMs: ids.size * 10 });
    }),
  );
});

it('orders letters by tier, of equals by age, and takes each id once', () => {
  const anyLetter = fc
    .record({ id: fc.nat(20), tier: fc.constantFrom(...TIERS), acceptedAtMs: fc.nat(5) })
    .map(({ id, tier, acceptedAtMs }) => letter(id, 'x', { tier, acceptedAtMs }));
  fc.assert(
    fc.property(fc.array(anyLetter), (letters) => {
      const ranks = inOrder(letters).map(({ event }) => TIERS.indexOf(event.tier) * 10 + event.acceptedAtMs);
      expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
      const fresh = freshLetters(createSubject(key), letters).map(({ idHash }) => idHash);
      expect(new Set(fresh).size).toBe(fresh.length);
      expect(new Set(fresh)).toEqual(new Set(letters.map(({ idHash }) => idHash)));
    }),
  );
});

it('records the first of several when no more were folded', () => {
  const letters = [letter(1), letter(2), letter(3)];
  const subject = apply(createSubject(key), letters, 2);
  expect(subject.version).toBe(2);
  expect(freshLetters(subject, letters).map(({ idHash }) => idHash)).toEqual([letters[2]?.idHash]);
});

it('stays at its version and time where an outcome says neither', () => {
  const before = apply(createSubject(key), [letter(1)]);
  const outcome = stateOf(acceptRun(acceptedEvent()));
  const change = { set: { version: 9 }, removed: [], lists: {} };
  const after = recordFolded(before, [letter(2)], { change, letters: [{ kind: 'processed', outcome }] }, 'run-a');
  expect(after).toMatchObject({ version: 1, updatedAtMs: before.updatedAtMs, state: before.state });
});

it('answers by the last 50 in full, by the last 1,000 in short, and knows nothing of those before', () => {
  let subject = createSubject(key);
  for (let id = 1; subject.version < 1_100; id += 1) subject = apply(subject, [letter(`${id}.${id % 10 === 7 ? 7 : 0}`)]);
  const first = subject.recent[0];
  expect(first?.outcome.version).toBe(1_051);
  expect(findOutcome(subject, letter('1051.0').idHash)).toEqual(first);
  expect(findOutcome(subject, letter('1050.0').idHash)).toEqual({ status: 'completed', version: 1_050 });
  expect(findOutcome(subject, letter('107.7').idHash)).toEqual({ status: 'failed', version: 107 });
  expect(findOutcome(subject, letter('101.0').idHash)).toEqual({ status: 'completed', version: 101 });
  expect(findOutcome(subject, letter('100.0').idHash)).toBeNull();
  expect(answerTo(subject, letter('1050.0'))).toEqual({ kind: 'compacted', status: 'completed', version: 1_050 });
  expect(answerTo(subject, letter('1051.0'))).toEqual({ kind: 'recorded', outcome: first?.outcome, event: first?.event, runId: 'run-a' });
  expect(answerTo(subject, letter('1051.0', 'other'))).toEqual({ kind: 'id_conflict' });
  expect(answerTo(subject, letter('1050.0', 'other'))).toEqual({ kind: 'id_conflict' });
  expect(answerTo(subject, letter('100.0'))).toBeNull();
});

it('keeps fewer in full where they are large', () => {
  let subject = createSubject(key);
  for (let id = 1; id <= 6; id += 1) subject = apply(subject, [letter(id, 'x', { data: 'd'.repeat(150_000) })]);
  expect(subject.recent.map(({ outcome }) => outcome.version)).toEqual([4, 5, 6]);
  expect(findOutcome(subject, letter(1).idHash)).toEqual({ status: 'completed', version: 1 });
});

it('keeps fewer in full where they say much as CloudEvents', () => {
  let subject = createSubject(key);
  const cloudEvent = { type: 'T', extensions: { long: 'x'.repeat(8_000) } };
  for (let id = 1; id <= 5; id += 1) subject = apply(subject, [letter(id, 'x', { cloudEvent, data: 'd'.repeat(120_000) })]);
  expect(subject.recent.map(({ outcome }) => outcome.version)).toEqual([2, 3, 4, 5]);
});

it('shows an event with its version, the run that processed it, and its callback as far as that is on record', () => {
  const subject = apply(createSubject(key), [letter(1, 'x', { callback: { url: 'https://x.example', headers: {}, progress: false } })]);
  const [recorded] = subject.recent;
  if (recorded === undefined) throw new Error('nothing was recorded');
  const workflow = { id: 'w', runId: 'run-b' };
  expect(toSubjectEventResource(recorded, workflow)).toMatchObject({
    id: 'event-1',
    version: 1,
    status: 'completed',
    callback: { status: 'pending' },
    workflow: { id: 'w', runId: 'run-a' },
  });
  const { runId: _run, ...older } = recorded;
  expect(toSubjectEventResource(older, workflow).workflow.runId).toBe('run-b');
  const plain = apply(createSubject(key), [letter(2)]).recent[0];
  expect(plain && toSubjectEventResource(plain, workflow).callback.status).toBe('none');

  const callback = { ...initialCallback('https://x.example'), status: 'delivered' as const };
  const later = recordCallback(subject, 1, callback);
  expect(later.recent[0] && toSubjectEventResource(later.recent[0], workflow).callback).toEqual(callback);
  expect(answerTo(later, letter(1))).toMatchObject({ kind: 'recorded', callback });
  expect(recordCallback(subject, 2, callback)).toEqual(subject);
});

it('keeps fewer in full where their callbacks’ records are large', () => {
  let subject = createSubject(key);
  for (let id = 1; id <= 4; id += 1) subject = apply(subject, [letter(id)]);
  const excerpt = 'e'.repeat(300_000);
  const attempt = { at: '', status: 200, durationMs: 1, error: null, excerpt };
  for (const version of [2, 3])
    subject = recordCallback(subject, version, { ...initialCallback('https://x.example'), attempts: [attempt] });
  expect(apply(subject, [letter(5)]).recent.map(({ outcome }) => outcome.version)).toEqual([3, 4, 5]);
});
