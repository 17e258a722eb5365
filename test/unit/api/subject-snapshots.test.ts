import fc from 'fast-check';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createSubjectSnapshots } from '../../../api/subject-snapshots.ts';
import type { SubjectSnapshots } from '../../../api/subject-snapshots.ts';
import type { SubjectSnapshot } from '../../../domain/subject.ts';

const key = { tenant: 'default', type: 'sum', id: 'a' };

interface Asked {
  readonly at: number;
  answer(snapshot: SubjectSnapshot | null): void;
  fail(): void;
}

let asked: Asked[];
let snapshots: SubjectSnapshots;

beforeEach(() => {
  vi.useFakeTimers();
  start();
});
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

function start(): void {
  asked = [];
  snapshots = createSubjectSnapshots(
    () =>
      new Promise((resolve, reject) => {
        asked.push({ at: Date.now(), answer: resolve, fail: () => reject(new Error('away')) });
      }),
  );
}

function at(version: number): SubjectSnapshot {
  return { version, state: { sum: version }, updatedAtMs: version };
}

async function readAnswered(version: number): Promise<void> {
  const read = snapshots.read(key);
  asked.at(-1)?.answer(at(version));
  await read;
}

it('shows what the subject says, and that there is none', async () => {
  const read = snapshots.read(key);
  asked[0]?.answer(at(3));
  expect(await read).toEqual(at(3));
  const none = snapshots.read({ ...key, id: 'b' });
  asked[1]?.answer(null);
  expect(await none).toBeNull();
});

it('shows what was read last when the subject is busy, or away', async () => {
  await readAnswered(3);
  const read = snapshots.read(key);
  await vi.advanceTimersByTimeAsync(200);
  expect(await read).toEqual(at(3));
  asked[1]?.fail();
  const refused = snapshots.read(key);
  asked[2]?.fail();
  expect(await refused).toEqual(at(3));
});

it('waits when nothing is known, or only what is older than an answer', async () => {
  const first = snapshots.read(key);
  await vi.advanceTimersByTimeAsync(1_000);
  asked[0]?.answer(at(1));
  expect(await first).toEqual(at(1));
  snapshots.noteVersion(key, 2);
  const second = snapshots.read(key);
  await vi.advanceTimersByTimeAsync(1_000);
  asked[1]?.answer(at(2));
  expect(await second).toEqual(at(2));
});

it('fails when nothing is known and the subject is away', async () => {
  const read = expect(snapshots.read(key)).rejects.toThrow('away');
  asked[0]?.fail();
  await read;
});

it('shows a subject that began anew', async () => {
  await readAnswered(50);
  const read = snapshots.read(key);
  asked[1]?.answer(at(1));
  expect(await read).toEqual(at(1));
});

it('never goes back, nor behind what was answered, whatever the order of the engine’s answers', async () => {
  const step = fc.oneof(
    fc.constant('record'),
    fc.constant('tell'),
    fc.constant('read'),
    fc.record({ answer: fc.nat(5), fails: fc.boolean() }),
    fc.record({ pass: fc.nat(300) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      start();
      let version = 1;
      let told = 0;
      let shown = 0;
      const open: { readonly asked: Asked; readonly version: number }[] = [];
      const reads: Promise<void>[] = [];
      for (const next of steps) {
        if (next === 'record') version += 1;
        else if (next === 'tell') snapshots.noteVersion(key, (told = version));
        else if (next === 'read') {
          // What a reader sees is never older than what was told or shown before it asked.
          const least = Math.max(told, shown);
          const read = snapshots.read(key).then(
            (snapshot) => {
              expect(snapshot?.state).toEqual({ sum: snapshot?.version });
              expect(snapshot?.version).toBeGreaterThanOrEqual(least);
              shown = Math.max(shown, snapshot?.version ?? 0);
            },
            (error: unknown) => expect(error).toEqual(new Error('away')),
          );
          reads.push(read);
          const last = asked.at(-1);
          if (last !== undefined) open.push({ asked: last, version });
        } else if ('pass' in next) await vi.advanceTimersByTimeAsync(next.pass);
        else {
          const [query] = open.splice(next.answer, 1);
          if (next.fails) query?.asked.fail();
          else query?.asked.answer(at(query.version));
          await vi.advanceTimersByTimeAsync(0);
        }
      }
      for (const query of open) query.asked.answer(at(version));
      await Promise.all(reads);
    }),
  );
});
