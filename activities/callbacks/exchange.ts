import { setImmediate } from 'node:timers/promises';
import type { Dispatcher } from 'undici';
import { type FailureCode, toFailureCode } from './failure-code.ts';

export interface ExchangeRequest {
  readonly agent: Dispatcher;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** `answered` as soon as there is a status, even if the rest of the answer breaks off; `head` is its first 1 KB. */
export type Exchange =
  | { readonly kind: 'answered'; readonly status: number; readonly retryAfter: string | undefined; readonly head: Buffer }
  | { readonly kind: 'failed'; readonly code: FailureCode };

const MAX_ANSWER_BYTES = 64 * 1024;
// No honest receiver sends as many. An endless series would be read for as long as the attempt may take.
const MAX_INTERIM_ANSWERS = 100;
const HEAD_BYTES = 1024;

/**
 * Posts once and reads at most 64 KB of the answer; beyond that the connection is closed. Interim answers (RFC 9110, 15.2) are
 * passed over.
 * Uses undici's `dispatch`, because `request` can't be aborted while it waits for a connection.
 */
export async function exchange({ agent, url, headers, body, timeoutMs, signal }: ExchangeRequest): Promise<Exchange> {
  const outcome = await new Promise<Exchange>((resolve) => {
    let controller: Dispatcher.DispatchController | undefined;
    let answer: { status: number; retryAfter: string | undefined } | undefined;
    let isSettled = false;
    let isSecondTry = false;
    let interimAnswers = 0;
    let answerBytes = 0;
    const head: Buffer[] = [];

    const settle = (code: FailureCode): void => {
      if (isSettled) return;
      isSettled = true;
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      if (answer) resolve({ kind: 'answered', ...answer, head: Buffer.concat(head).subarray(0, HEAD_BYTES) });
      else resolve({ kind: 'failed', code });
    };
    const stop = (code: FailureCode): void => {
      settle(code);
      controller?.abort(new Error(code));
    };
    const abort = (): void => stop('aborted');
    const timer = setTimeout(() => stop('timeout'), timeoutMs);
    signal?.addEventListener('abort', abort);

    const request = { origin: url.origin, path: url.pathname + url.search, method: 'POST', headers, body };
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart: (started) => {
        // Throwing spares the connection; nothing has been written yet.
        if (isSettled) throw new Error('the attempt ended before it had a connection');
        controller = started;
      },
      onResponseStart: (_controller, status, answerHeaders) => {
        if (status < 200) {
          interimAnswers += 1;
          if (interimAnswers > MAX_INTERIM_ANSWERS) stop('protocol');
          return;
        }
        answer = { status, retryAfter: [answerHeaders['retry-after']].flat()[0] };
      },
      onResponseData: (_controller, chunk) => {
        if (answerBytes < HEAD_BYTES) head.push(chunk);
        answerBytes += chunk.length;
        if (answerBytes > MAX_ANSWER_BYTES) stop('aborted');
      },
      onResponseEnd: () => settle('protocol'),
      onResponseError: (_controller, error) => {
        const code = toFailureCode(error);
        // The connection was reset before anything was written to it: on another one nothing is sent twice.
        if (code === 'reset' && controller === undefined && !isSettled && !isSecondTry) {
          isSecondTry = true;
          agent.dispatch(request, handler);
          return;
        }
        settle(code);
      },
    };
    agent.dispatch(request, handler);
  });
  // undici frees a connection one turn of the event loop later: without this the next post would open another.
  await setImmediate();
  return outcome;
}
