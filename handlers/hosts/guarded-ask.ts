import { LRUCache } from 'lru-cache';
import { BusyError } from '../../domain/busy-error.ts';
import type { HandlerLog } from '../../domain/define-event.ts';
import { TypeBlockedError } from '../../domain/question.ts';
import type { AnswerTo, Ask, Question } from '../../domain/question.ts';
import { createFewASecond } from './few-a-second.ts';
import { HostEnded, HostGone } from './host-ended.ts';
import type { Reply } from './messages.ts';
import type { HostPool } from './pool.ts';
import { describeEnd } from './process-fault.ts';

export interface GuardedAskDependencies {
  readonly log: HandlerLog;
  readonly monotonicMs: () => number;
}

interface Asked {
  readonly question: Question;
  resolve(value: unknown): void;
  reject(error: Error): void;
}

// Each may have a megabyte.
const AT_ONCE = 32;
// Whoever asks waits for the answer.
const TURN_WITHIN_MS = 10_000;
const ANSWERED_WITHIN_MS = 20_000;
const SUSPECT_FOR_MS = 60_000;
const MAX_SUSPECTS = 1_000;
const NO_TIME = 'no process for handlers has had time for it';

/**
 * Asks users' functions in a host. What is asked at the same time goes there together; where one keeps its process busy or ends it,
 * each is asked again alone, and who does it again gets no answer. Its type is asked alone from then on.
 */
export function createGuardedAsk(pool: HostPool, { log, monotonicMs }: GuardedAskDependencies): Ask {
  const suspects = new LRUCache<string, true>({ max: MAX_SUSPECTS, ttl: SUSPECT_FOR_MS, perf: { now: monotonicMs } });
  const lines = createFewASecond(monotonicMs);
  let gathered: Asked[] = [];

  return <One extends Question>(question: One): Promise<AnswerTo<One>> =>
    new Promise((resolve, reject) => {
      // Also where no process can be started at all.
      const timer = setTimeout(() => reject(new BusyError(NO_TIME)), ANSWERED_WITHIN_MS);
      const asked: Asked = {
        question,
        resolve(value) {
          clearTimeout(timer);
          resolve(value as AnswerTo<One>);
        },
        reject(error) {
          clearTimeout(timer);
          reject(error);
        },
      };
      if (suspects.has(question.type)) void askAlone(asked);
      else gather(asked);
    });

  function gather(asked: Asked): void {
    gathered.push(asked);
    if (gathered.length === 1) setImmediate(askGathered);
  }

  function askGathered(): void {
    const all = gathered;
    gathered = [];
    for (let from = 0; from < all.length; from += AT_ONCE) void askTogether(all.slice(from, from + AT_ONCE));
  }

  /** Never rejects. */
  async function askTogether(all: readonly Asked[]): Promise<void> {
    try {
      const host = await pool.shared('question');
      const replies = await host.ask(all.map(({ question }) => question));
      for (const [index, asked] of all.entries()) settle(asked, replies[index]);
    } catch (error) {
      if (error instanceof HostGone) return askTogether(all);
      if (error instanceof HostEnded && error.end.kind !== 'closed') for (const asked of all) void askAlone(asked);
      else for (const { reject } of all) reject(toError(error));
    }
  }

  /** Never rejects. */
  async function askAlone(asked: Asked): Promise<void> {
    const { question } = asked;
    const wasSuspect = suspects.has(question.type);
    // What ends a process may have been left behind there by another.
    for (const isFresh of wasSuspect ? [true] : [false, true]) {
      try {
        const signal = AbortSignal.timeout(TURN_WITHIN_MS);
        const reply = await pool.alone({ kind: 'question', isFresh, signal }, async (host) => {
          // Others of its type were to blame meanwhile: they may be asked again, one at a time.
          if (!wasSuspect && suspects.has(question.type)) return null;
          return (await host.ask([question]))[0];
        });
        return reply === null ? block(asked, 'others of its type have ended their process') : settle(asked, reply);
      } catch (error) {
        if (error instanceof DOMException) return asked.reject(new BusyError(NO_TIME));
        if (error instanceof HostGone) return askAlone(asked);
        if (!(error instanceof HostEnded) || error.end.kind === 'closed') return asked.reject(toError(error));
        if (!isFresh) continue;
        suspects.set(question.type, true);
        const { end } = error;
        return block(asked, end.kind === 'silent' || end.kind === 'deaf' ? 'its process was ended' : describeEnd(end));
      }
    }
  }

  function settle(asked: Asked, reply: Reply | undefined): void {
    if (reply?.ok === true) asked.resolve(reply.value);
    else block(asked, reply?.reason ?? 'its process gave no answer', reply?.detail);
  }

  function block({ question, reject }: Asked, reason: string, detail = reason): void {
    const leftOut = lines.next();
    if (leftOut !== null) {
      log.error('a type’s own functions did not answer', {
        type: question.type,
        asked: question.kind,
        reason: detail,
        ...(leftOut > 0 && { leftOut }),
      });
    }
    reject(new TypeBlockedError(question.type, reason));
  }
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
