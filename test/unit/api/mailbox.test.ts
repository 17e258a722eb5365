import { expect, it } from 'vitest';
import { EngineUnavailableError } from '../../../temporal/engine-unavailable-error.ts';
import { createMailboxes } from '../../../api/mailbox.ts';
import type { Mailboxes } from '../../../api/mailbox.ts';
import type { SubjectLetter } from '../../../domain/subject.ts';
import type { Tier } from '../../../domain/tier.ts';
import { until } from '../../support/until.ts';
import { acceptedEvent } from '../domain/event-samples.ts';

const key = { tenant: 'default', type: 'life', id: 'a' };
const LATER_MS = 60_000;

interface Sending {
  readonly subject: string;
  readonly ids: readonly string[];
  answer(): void;
  fail(): void;
}

/** Mailboxes whose sendings are answered by hand, each letter with its own event's id. */
function mailboxes(): Mailboxes<string> & { readonly sendings: Sending[] } {
  const sendings: Sending[] = [];
  const send = ({ id }: typeof key, letters: readonly SubjectLetter[]): Promise<readonly string[]> =>
    new Promise((resolve, reject) => {
      const ids = letters.map(({ event }) => event.id);
      sendings.push({ subject: id, ids, answer: () => resolve(ids), fail: () => reject(new Error('lost')) });
    });
  return { ...createMailboxes({ send, now: Date.now }), sendings };
}

function letter(id: string, fields: { readonly tier?: Tier; readonly data?: unknown; readonly acceptedAtMs?: number } = {}): SubjectLetter {
  return { event: acceptedEvent({ id, acceptedAtMs: 0, ...fields }), idHash: id, contentHash: '' };
}

async function nth(sendings: readonly Sending[], number: number): Promise<Sending> {
  return until(`sending ${number}`, async () => sendings[number - 1]);
}

it('sends the first at once, and gathers those that come meanwhile, by tier, then age', async () => {
  const { post, sendings } = mailboxes();
  const first = post(key, letter('first'), LATER_MS);
  const sending = await nth(sendings, 1);
  const posted = [
    first,
    post(key, letter('low', { tier: 'low' }), LATER_MS),
    post(key, letter('younger', { acceptedAtMs: 2 }), LATER_MS),
    post(key, letter('older', { acceptedAtMs: 1 }), LATER_MS),
    post(key, letter('critical', { tier: 'critical', acceptedAtMs: 9 }), LATER_MS),
  ];
  expect(sending.ids).toEqual(['first']);
  sending.answer();
  const second = await nth(sendings, 2);
  expect(second.ids).toEqual(['critical', 'older', 'younger', 'low']);
  second.answer();
  expect((await Promise.all(posted)).map((answer) => answer.kind === 'answered' && answer.answer)).toEqual([
    'first',
    'low',
    'younger',
    'older',
    'critical',
  ]);
});

it('holds up no other subject', async () => {
  const { post, sendings } = mailboxes();
  const slow = post(key, letter('slow'), LATER_MS);
  const other = post({ ...key, id: 'b' }, letter('other'), LATER_MS);
  (await nth(sendings, 2)).answer();
  expect(await other).toEqual({ kind: 'answered', answer: 'other' });
  sendings[0]?.answer();
  await slow;
});

it('gathers at most 100, and at most 256 KiB but one at least', async () => {
  const { post, sendings } = mailboxes();
  const large = { data: 'x'.repeat(150_000) };
  const posted = ['huge', 'next'].map((id) => post(key, letter(id, large), LATER_MS));
  (await nth(sendings, 1)).answer();
  (await nth(sendings, 2)).answer();
  await Promise.all(posted);
  expect(sendings.map(({ ids }) => ids)).toEqual([['huge'], ['next']]);
});

it('takes no more than 100 that wait', async () => {
  const { post, sendings } = mailboxes();
  const first = post(key, letter('first'), LATER_MS);
  const sending = await nth(sendings, 1);
  const posted = [first, ...Array.from({ length: 100 }, (_, index) => post(key, letter(`event-${index}`), LATER_MS))];
  expect(await post(key, letter('too many'), LATER_MS)).toEqual({ kind: 'full' });
  sending.answer();
  const second = await nth(sendings, 2);
  expect(second.ids).toHaveLength(100);
  second.answer();
  await Promise.all(posted);
});

it('sends what was lost again, with what has come meanwhile', async () => {
  const { post, sendings } = mailboxes();
  const first = post(key, letter('first'), LATER_MS);
  const sending = await nth(sendings, 1);
  const posted = [first, post(key, letter('second'), LATER_MS)];
  sending.fail();
  const again = await nth(sendings, 2);
  expect(again.ids).toEqual(['first', 'second']);
  again.answer();
  expect((await Promise.all(posted)).map(({ kind }) => kind)).toEqual(['answered', 'answered']);
});

it('gives up at the deadline, and sends it no more', async () => {
  const { post, sendings } = mailboxes();
  const refusal = expect(post(key, letter('first'), 20)).rejects.toThrow(EngineUnavailableError);
  const sending = await nth(sendings, 1);
  const second = post(key, letter('second'), LATER_MS);
  await refusal;
  sending.fail();
  const again = await nth(sendings, 2);
  expect(again.ids).toEqual(['second']);
  again.answer();
  await second;
});

it('sends nothing when all have given up before their turn', async () => {
  const { post, sendings } = mailboxes();
  const others = Array.from({ length: 8 }, (_, index) => post({ ...key, id: `other-${index}` }, letter(`${index}`), LATER_MS));
  const late = post(key, letter('late'), 0);
  await expect(late).rejects.toThrow(EngineUnavailableError);
  for (const sending of sendings) sending.answer();
  await Promise.all(others);
  const next = post(key, letter('next'), LATER_MS);
  const sending = await nth(sendings, 9);
  expect(sending.ids).toEqual(['next']);
  sending.answer();
  await next;
});

it('gives a turn to the mailbox with the highest tier in it', async () => {
  const { post, sendings } = mailboxes();
  const posted = Array.from({ length: 8 }, (_, index) => post({ ...key, id: `other-${index}` }, letter(`${index}`), LATER_MS));
  await nth(sendings, 8);
  for (const tier of ['low', 'critical'] as const) posted.push(post({ ...key, id: tier }, letter(tier, { tier }), LATER_MS));
  sendings[0]?.answer();
  expect((await nth(sendings, 9)).subject).toBe('critical');
  await nth(sendings, 10);
  for (const sending of sendings) sending.answer();
  await Promise.all(posted);
});

it('says where an event stands', async () => {
  const { post, positionOf, sendings } = mailboxes();
  expect(positionOf(key, 'first')).toBeNull();
  const posted = ['first', 'second', 'third'].map((id, index) => post(key, letter(id, { acceptedAtMs: index }), LATER_MS));
  expect(positionOf(key, 'first')).toMatchObject({ position: 1, waiting: 3 });
  expect(positionOf(key, 'third')).toMatchObject({ position: 3, forMs: expect.any(Number) });
  expect(positionOf(key, 'unknown')).toBeNull();
  (await nth(sendings, 1)).answer();
  await Promise.all(posted);
  await until('the mailbox is gone', async () => positionOf(key, 'third') === null);
});
