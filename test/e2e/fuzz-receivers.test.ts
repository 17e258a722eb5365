import type { Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import { createAddressGuard } from '../../activities/callbacks/address-guard.ts';
import { createGuardedAgent } from '../../activities/callbacks/guarded-agent.ts';
import { createOrigins } from '../../activities/callbacks/origins.ts';
import { createPostCallback } from '../../activities/callbacks/post-callback.ts';
import { proof } from '../support/proof.ts';
import { QUIET } from '../support/quiet-origins.ts';
import { startRawReceiver } from '../support/raw-receiver.ts';
import { selfSigned } from '../support/self-signed.ts';

const RUNS = proof({ reduced: 300, full: 10_000 });
// A silent receiver costs this much.
const ATTEMPT_TIMEOUT_MS = 150;
const SETTLED_WITHIN_MS = 20_000;

type Act =
  | { readonly kind: 'write'; readonly bytes: Uint8Array }
  | { readonly kind: 'pause' | 'resume' | 'end' | 'destroy' | 'reset' | 'turn' };

const status = fc.oneof(fc.constantFrom(100, 101, 102, 103, 200, 204, 205, 301, 304, 410, 429, 503), fc.nat(1_200));
const startLine = fc.oneof(
  { weight: 4, arbitrary: status.map((code) => `HTTP/1.1 ${code} Said\r\n`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'HTTP/1.0 200 OK\r\n',
      'HTTP/2 200\r\n',
      'HTTP/1.1 200\n',
      'http/1.1 200 OK\r\n',
      '\r\n',
      'GET / HTTP/1.1\r\n',
    ),
  },
);
const length = fc.oneof(fc.nat(8), fc.constantFrom('-1', '+2', '1e1', '0x2', '99999999999999999999', '2, 2', '2\r\nContent-Length: 3', ''));
const header = fc.oneof(
  length.map((value) => `Content-Length: ${value}\r\n`),
  fc.constantFrom(
    'Transfer-Encoding: chunked\r\n',
    'Transfer-Encoding: gzip, chunked\r\n',
    'Content-Encoding: gzip\r\n',
    'Connection: close\r\n',
    'Connection: upgrade\r\nUpgrade: h2c\r\n',
    'Connection: keep-alive\r\nKeep-Alive: timeout=0\r\n',
    'Location: http://127.0.0.1:1/\r\n',
    'Retry-After: soon\r\n',
    'Retry-After: 99999999999999\r\n',
    ' folded\r\n',
    'No colon\r\n',
    ': no name\r\n',
  ),
  fc.string({ maxLength: 20 }).map((text) => `X-Any: ${text}\r\n`),
);
const body = fc.constantFrom(
  '',
  'ok',
  '2\r\nok\r\n0\r\n\r\n',
  '2;a=b\r\nok\r\n',
  'zz\r\n',
  'ffffffffffffffffff\r\n',
  '0\r\nX: y\r\n\r\n',
  '\u0000'.repeat(70_000),
);
const answer = fc
  .tuple(startLine, fc.array(header, { maxLength: 4 }), fc.constantFrom('\r\n', '\r\n', '\n', ''), body)
  .map(([line, headers, end, rest]) => line + headers.join('') + end + rest);
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 6, arbitrary: answer.map((text) => ({ kind: 'write' as const, bytes: Buffer.from(text, 'latin1') })) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 64 }).map((bytes) => ({ kind: 'write' as const, bytes })) },
  { weight: 3, arbitrary: fc.constantFrom('pause', 'resume', 'end', 'destroy', 'reset', 'turn').map((kind) => ({ kind })) },
);
const script = fc.record({
  // What comes in one piece and what comes in several are two things to a parser.
  acts: fc.array(act, { maxLength: 6 }),
  isEarly: fc.boolean(),
  cutAt: fc.option(fc.nat(60)),
  bodyLength: fc.constantFrom(2, 2, 300_000),
});

it('makes a value of whatever a receiver does, in time', { timeout: 3_600_000 }, async () => {
  const guard = createAddressGuard(['127.0.0.0/8']);
  const agent = createGuardedAgent({ guard, ca: selfSigned.cert });
  onTestFinished(() => agent.destroy());
  const post = createPostCallback({
    agent,
    guard,
    origins: createOrigins({ ...QUIET, maxConnections: 16 }),
    secrets: [`whsec_${Buffer.alloc(32, 7).toString('base64')}`],
    now: Date.now,
    monotonicNow: () => performance.now(),
    userAgent: 'Test',
    attemptTimeoutMs: ATTEMPT_TIMEOUT_MS,
  });
  const stray: unknown[] = [];
  const note = (error: unknown): void => void stray.push(error);
  process.on('uncaughtException', note).on('unhandledRejection', note);
  onTestFinished(() => void process.off('uncaughtException', note).off('unhandledRejection', note));
  const errors = new Set<string | null>();

  await fc.assert(
    fc.asyncProperty(script, async ({ acts, isEarly, cutAt, bodyLength }) => {
      const receiver = await startRawReceiver((socket) => perform(socket, acts, cutAt), { isEarly });
      try {
        // The second one meets what the first has left behind.
        for (const webhookId of ['evt_1', 'evt_2']) {
          const attempt = await within(post({ url: receiver.url, headers: {}, webhookId, body: 'x'.repeat(bodyLength) }));
          expect(attempt.error === null || /^[a-z]+(_\d+)?$/.test(attempt.error)).toBe(true);
          expect(attempt.error === null).toBe(attempt.status !== null && attempt.status >= 200 && attempt.status < 300);
          expect(attempt.durationMs).toBeGreaterThanOrEqual(0);
          errors.add(attempt.error);
        }
      } finally {
        await receiver.close();
      }
      expect(stray).toEqual([]);
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
  // Nothing is shown where all of them fail alike.
  expect([...errors]).toEqual(expect.arrayContaining([null, 'protocol', 'reset', 'timeout']));
});

async function perform(socket: Socket, acts: readonly Act[], cutAt: number | null): Promise<void> {
  for (const one of acts) {
    if (socket.destroyed) return;
    switch (one.kind) {
      case 'write':
        if (socket.writable) socket.write(one.bytes.subarray(0, cutAt ?? one.bytes.length));
        await nextTurn();
        if (cutAt !== null && socket.writable) socket.write(one.bytes.subarray(cutAt));
        break;
      case 'reset':
        socket.resetAndDestroy();
        break;
      case 'turn':
        await nextTurn();
        break;
      default:
        socket[one.kind]();
    }
  }
}

async function within<T>(promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no outcome within ${SETTLED_WITHIN_MS} ms`)), SETTLED_WITHIN_MS);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
