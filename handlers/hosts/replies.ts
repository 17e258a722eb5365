import type { Question } from '../../domain/question.ts';
import { AnswerError } from '../answer.ts';
import type { Answer } from '../answer.ts';
import type { Reply } from './messages.ts';

// Its process says that it goes on five times a second.
const PAUSE_AFTER_MS = 100;

/** Answers questions that came together, each for itself. It never rejects. */
export function createReplies(answer: Answer, monotonicMs: () => number): (questions: readonly Question[]) => Promise<readonly Reply[]> {
  return async function reply(questions) {
    const replies: Promise<Reply>[] = [];
    let pausedMs = monotonicMs();
    for (const question of questions) {
      replies.push(replyTo(question));
      if (monotonicMs() - pausedMs < PAUSE_AFTER_MS) continue;
      await new Promise((resolve) => setImmediate(resolve));
      pausedMs = monotonicMs();
    }
    return Promise.all(replies);
  };

  async function replyTo(question: Question): Promise<Reply> {
    try {
      const value = await answer(question);
      // Here, where one that isn't JSON fails alone.
      return { ok: true, value: JSON.parse(JSON.stringify(value ?? null)) };
    } catch (error) {
      return describe(error);
    }
  }
}

/** Also of an error that can't be written out. */
function describe(error: unknown): Reply {
  if (error instanceof AnswerError) return { ok: false, reason: error.message, detail: error.message };
  try {
    const name = error instanceof Error ? error.name.slice(0, 100) : 'something that is no error';
    return { ok: false, reason: `it threw ${name}`, detail: String(error).slice(0, 500) };
  } catch {
    return { ok: false, reason: 'it threw something that is no error', detail: '' };
  }
}
