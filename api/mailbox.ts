import type { InLine } from '../domain/shedding.ts';
import { inOrder } from '../domain/subject.ts';
import type { SubjectAnswer, SubjectLetter } from '../domain/subject.ts';
import type { SubjectKey } from '../domain/subject-id.ts';
import { subjectWorkflowId } from '../temporal/durable/workflow-ids.ts';
import { EngineUnavailableError } from '../temporal/engine-unavailable-error.ts';
import { firstThatFit } from '../domain/first-that-fit.ts';
import { standingOf } from './standing.ts';
import { createTurns } from './turns.ts';

export interface MailboxOptions<Answer> {
  /** Brings letters to their subject; resolves with an answer to each once they are recorded. May be called again with the same. */
  readonly send: (key: SubjectKey, letters: readonly SubjectLetter[]) => Promise<readonly Answer[]>;
  readonly now: () => number;
}

export type Posted<Answer> = { readonly kind: 'full' } | { readonly kind: 'answered'; readonly answer: Answer };

export interface Mailboxes<Answer = SubjectAnswer> {
  /** @throws EngineUnavailableError when there is no answer in time: whether it was recorded is unknown */
  post(key: SubjectKey, letter: SubjectLetter, timeoutMs: number): Promise<Posted<Answer>>;
  /** Where an event stands here, from 1, and for how long it has; null when it isn't here. */
  positionOf(key: SubjectKey, eventId: string): { readonly position: number; readonly forMs: number; readonly waiting: number } | null;
}

interface Waiting<Answer> extends InLine {
  readonly event: SubjectLetter['event'];
  readonly letter: SubjectLetter;
  readonly bytes: number;
  readonly resolve: (posted: Posted<Answer>) => void;
  readonly timer: NodeJS.Timeout;
}

interface Mailbox<Answer> {
  readonly key: SubjectKey;
  /** On their way. */
  sent: readonly Waiting<Answer>[];
  waiting: readonly Waiting<Answer>[];
}

const MAX_WAITING = 100;
const PAUSE_MS = { first: 50, longest: 1_000 } as const;
// A gathering costs as much as some ten events: more of them at once would only be smaller. In all, fewer than a process has
// slots for workflow tasks.
const TURNS = { maxQuick: 8, slowAfterMs: { least: 50, most: 500 }, maxTurns: 200 };

/**
 * A mailbox for each subject, of this process: one gathering of letters is on its way, meanwhile those that arrive gather
 * for the next, the highest tier first. A mailbox is there for as long as there is something in it.
 */
export function createMailboxes<Answer>({ send, now }: MailboxOptions<Answer>): Mailboxes<Answer> {
  const mailboxes = new Map<string, Mailbox<Answer>>();
  const turns = createTurns({ ...TURNS, now });

  async function empty(mailbox: Mailbox<Answer>): Promise<void> {
    let pauseMs: number = PAUSE_MS.first;
    while (mailbox.waiting.length > 0) {
      if (await sendNext(mailbox)) {
        pauseMs = PAUSE_MS.first;
      } else {
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
        pauseMs = Math.min(2 * pauseMs, PAUSE_MS.longest);
      }
    }
    mailboxes.delete(subjectWorkflowId(mailbox.key));
  }

  /** Whether it was answered. What wasn't is sent again until each one's time is over: the subject knows what it has recorded. */
  async function sendNext(mailbox: Mailbox<Answer>): Promise<boolean> {
    const endTurn = await turns.take(standingOf(() => mailbox.waiting, now));
    const gathered = firstThatFit(inOrder(mailbox.waiting), ({ bytes }) => bytes);
    mailbox.sent = gathered;
    mailbox.waiting = mailbox.waiting.filter((letter) => !gathered.includes(letter));
    try {
      // All of them may have given up by now.
      if (gathered.length === 0) return true;
      const letters = gathered.map(({ letter }) => letter);
      const answers = await send(mailbox.key, letters);
      for (const [index, { resolve }] of gathered.entries()) {
        const answer = answers[index];
        if (answer !== undefined) resolve({ kind: 'answered', answer });
      }
      return true;
    } catch {
      mailbox.waiting = [...mailbox.sent, ...mailbox.waiting];
      return false;
    } finally {
      mailbox.sent = [];
      endTurn();
    }
  }

  return {
    post(key, letter, timeoutMs) {
      const id = subjectWorkflowId(key);
      const known = mailboxes.get(id);
      if (known !== undefined && known.waiting.length >= MAX_WAITING) return Promise.resolve({ kind: 'full' });
      const mailbox = known ?? { key, sent: [], waiting: [] };
      mailboxes.set(id, mailbox);
      return new Promise((resolve, reject) => {
        const giveUp = (): void => {
          mailbox.waiting = mailbox.waiting.filter((other) => other !== waiting);
          mailbox.sent = mailbox.sent.filter((other) => other !== waiting);
          reject(new EngineUnavailableError('the subject does not answer in time'));
        };
        const timer = setTimeout(giveUp, timeoutMs);
        const waiting: Waiting<Answer> = {
          event: letter.event,
          tier: letter.event.tier,
          letter,
          bytes: Buffer.byteLength(JSON.stringify(letter)),
          sinceMs: now(),
          timer,
          resolve: (posted) => {
            clearTimeout(timer);
            resolve(posted);
          },
        };
        mailbox.waiting = [...mailbox.waiting, waiting];
        // Rejects never.
        if (known === undefined) void empty(mailbox);
      });
    },

    positionOf(key, eventId) {
      const mailbox = mailboxes.get(subjectWorkflowId(key));
      if (mailbox === undefined) return null;
      const line = [...mailbox.sent, ...inOrder(mailbox.waiting)];
      const index = line.findIndex(({ event }) => event.id === eventId);
      const found = line[index];
      return found === undefined ? null : { position: index + 1, forMs: now() - found.sinceMs, waiting: line.length };
    },
  };
}
