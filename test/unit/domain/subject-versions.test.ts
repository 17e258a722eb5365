import { expect, it } from 'vitest';
import { acceptRun, completeStage, stateOf } from '../../../domain/event-run.ts';
import type { Folded, FoldedLetter } from '../../../domain/subject.ts';
import { isFolded, versionsSince } from '../../../domain/subject-versions.ts';
import { acceptedEvent } from './event-samples.ts';

function processed(version: number): FoldedLetter {
  const phase = { status: 'completed', endedAtMs: version * 10 } as const;
  return { kind: 'processed', outcome: { ...stateOf(completeStage(acceptRun(acceptedEvent()), 'action', {})), version, phase } };
}

function folded(letters: readonly FoldedLetter[], set: Folded['change']['set']): Folded {
  return { change: { set, removed: [], lists: {} }, letters };
}

const begun = { version: 3, state: { energy: 5 }, updatedAtMs: 30 };

it('follows a subject from one gathering of events to the next', () => {
  const gatherings = [
    folded([processed(4), processed(5)], { energy: 4 }),
    folded([{ kind: 'stale', version: 5 }], { energy: 9 }),
    folded([processed(6)], { mood: 'calm' }),
  ];
  expect(versionsSince(begun, gatherings)).toEqual([
    begun,
    { version: 5, state: { energy: 4 }, updatedAtMs: 50 },
    { version: 6, state: { energy: 4, mood: 'calm' }, updatedAtMs: 60 },
  ]);
});

it.each([null, 'text', { rides: [] }, { change: {} }])('takes %j for none', (left) => expect(isFolded(left)).toBe(false));

it('knows a gathering by its change and its letters', () => expect(isFolded(folded([], {}))).toBe(true));
