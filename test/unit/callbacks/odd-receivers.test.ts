import { channel } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createAddressGuard } from '../../../activities/callbacks/address-guard.ts';
import { createGuardedAgent } from '../../../activities/callbacks/guarded-agent.ts';
import { createOrigins } from '../../../activities/callbacks/origins.ts';
import { createPostCallback } from '../../../activities/callbacks/post-callback.ts';
import { startRawReceiver } from '../../support/raw-receiver.ts';
import type { RawAnswer, RawReceiverOptions } from '../../support/raw-receiver.ts';
import { startReceiver } from '../../support/receiver.ts';
import { QUIET } from '../../support/quiet-origins.ts';
import { selfSigned } from '../../support/self-signed.ts';
import { until } from '../../support/until.ts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';
const PROCESSING = 'HTTP/1.1 102 Processing\r\n\r\n';
const EARLY_HINTS = 'HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n';
const REFUSED = 'HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';
// More than the buffers of both ends take, so that an answer can come before it is wholly sent.
const LARGE = 'x'.repeat(8 * 1024 * 1024);

const DELIVERED = { status: 200, error: null, excerpt: 'ok' };
const failed = (error: string) => ({ status: null, error });

function createSender(attemptTimeoutMs = 20_000) {
  const guard = createAddressGuard(['127.0.0.0/8']);
  const agent = createGuardedAgent({ guard, ca: selfSigned.cert });
  onTestFinished(() => agent.destroy());
  const origins = createOrigins({ ...QUIET, maxConnections: 16 });
  const post = createPostCallback({
    agent,
    guard,
    origins,
    secrets: [SECRET],
    now: Date.now,
    monotonicNow: () => performance.now(),
    userAgent: 'Test',
    attemptTimeoutMs,
  });
  return (url: string, body = '{}') => post({ url, headers: {}, webhookId: 'evt_a-1', body });
}

async function receive(answer: RawAnswer, options?: RawReceiverOptions) {
  const receiver = await startRawReceiver(answer, options);
  onTestFinished(() => receiver.close());
  return receiver;
}

/** The sender's ends of the connections that are made from now on. */
function watchSockets(): readonly Socket[] {
  const sockets: Socket[] = [];
  const watch = (message: unknown): void => void sockets.push((message as { readonly socket: Socket }).socket);
  channel('net.client.socket').subscribe(watch);
  onTestFinished(() => {
    channel('net.client.socket').unsubscribe(watch);
  });
  return sockets;
}

const ANSWERED_ALIKE: readonly (readonly [what: string, answer: string, attempt: object, connections: number])[] = [
  ['100 Continue unasked', CONTINUE + OK, DELIVERED, 1],
  ['100 Continue with headers', `HTTP/1.1 100 Continue\r\nServer: odd\r\n\r\n${OK}`, DELIVERED, 1],
  ['102 Processing', PROCESSING + OK, DELIVERED, 1],
  ['103 Early Hints', EARLY_HINTS + OK, DELIVERED, 1],
  ['several interim answers', CONTINUE + EARLY_HINTS + PROCESSING + CONTINUE + OK, DELIVERED, 1],
  ['100 Continue before a refusal', `${CONTINUE}HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n`, { status: 500, error: 'http_500' }, 1],
  ['HTTP/1.0 with a length', 'HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok', DELIVERED, 3],
  ['HTTP/1.0 kept alive', 'HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok', DELIVERED, 1],
  ['"Connection: close"', 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok', DELIVERED, 3],
  [
    'chunks, extensions and trailers',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;a=b\r\no\r\n1\r\nk\r\n0\r\nX-Sum: 1\r\n\r\n',
    DELIVERED,
    1,
  ],
  ['no reason', 'HTTP/1.1 204\r\n\r\n', { status: 204, error: null }, 1],
  ['a status of no known class', 'HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n', { status: 999, error: 'http_999' }, 1],
  ['two answers at once', `${OK}HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n`, DELIVERED, 3],
  ['more than its length', `${OK}, thanks`, DELIVERED, 3],
  ['a header section beyond 16 KB', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(16_384)}\r\nContent-Length: 0\r\n\r\n`, failed('protocol'), 3],
  ['a reason beyond 16 KB', `HTTP/1.1 200 ${'x'.repeat(16_384)}\r\nContent-Length: 0\r\n\r\n`, failed('protocol'), 3],
  [
    'trailers beyond 16 KB',
    `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX: ${'x'.repeat(16_384)}\r\n\r\n`,
    DELIVERED,
    3,
  ],
  ['a greeting of another protocol', '220 mail.test ESMTP\r\n', failed('protocol'), 3],
  ['a status line without a status', 'HTTP/1.1 OK\r\n\r\n', failed('protocol'), 3],
  ['a status below 100', 'HTTP/1.1 099 Odd\r\nContent-Length: 0\r\n\r\n', failed('protocol'), 3],
  ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok', failed('protocol'), 3],
  ['a header that is none', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nno header\r\n\r\nok', failed('protocol'), 3],
];

describe('a receiver that keeps the connection open', () => {
  it.each(ANSWERED_ALIKE)('and answers with %s gets each message once', async (_what, answer, attempt, connections) => {
    const receiver = await receive((socket) => void socket.write(answer));
    const post = createSender();
    for (let count = 0; count < 3; count += 1) expect(await post(receiver.url)).toMatchObject(attempt);
    expect([receiver.requests.length, receiver.connections.length]).toEqual([3, connections]);
  });

  it.each([
    ['100 Continue', CONTINUE + OK],
    ['several interim answers', CONTINUE + EARLY_HINTS + CONTINUE + OK],
  ])('may break %s off at any byte', async (_what, answer) => {
    const sockets = watchSockets();
    const cuts = Array.from({ length: answer.length - 1 }, (_, index) => [index + 1]);
    const eachByte = cuts.flat();
    const scripts = [...cuts, eachByte];
    const receiver = await receive(async (socket, { index }) => {
      const before = sockets[0]?.bytesRead ?? 0;
      let written = 0;
      for (const cut of [...(scripts[index] ?? []), answer.length]) {
        socket.write(answer.slice(written, cut));
        written = cut;
        await turnsUntil(() => (sockets[0]?.bytesRead ?? 0) >= before + written);
      }
    });
    const post = createSender();
    for (const script of scripts) expect(await post(receiver.url), `cut at ${script.join(', ')}`).toMatchObject(DELIVERED);
    expect(receiver.connections).toHaveLength(1);
  });

  it('and says 100 Continue over TLS gets each message once', async () => {
    const receiver = await startReceiver({ tls: selfSigned });
    onTestFinished(() => receiver.close());
    receiver.respond((_request, _index, response) => {
      response.writeContinue();
      return 200;
    });
    const post = createSender();
    for (let count = 0; count < 3; count += 1) expect(await post(receiver.url)).toMatchObject({ status: 200, error: null });
    expect([receiver.requests.length, receiver.sockets.opened]).toEqual([3, 1]);
  });

  it('and never ends its answer has the message, as soon as its time is over', async () => {
    const receiver = await receive((socket) => void socket.write('HTTP/1.1 200 OK\r\n\r\nok'));
    expect(await createSender(200)(receiver.url)).toMatchObject(DELIVERED);
    expect(receiver.requests).toHaveLength(1);
  });

  it('and sends interim answers by the hundred is not listened to any longer', async () => {
    const receiver = await receive((socket) => void socket.write(PROCESSING.repeat(101) + OK));
    expect(await createSender()(receiver.url)).toMatchObject(failed('protocol'));
  });

  it('and sends nothing but interim answers has not answered', async () => {
    const receiver = await receive((socket) => void socket.write(CONTINUE + PROCESSING));
    expect(await createSender(200)(receiver.url)).toMatchObject(failed('timeout'));
  });

  it('and answers a second time later is sent the next message over another', async () => {
    const receiver = await receive((socket) => void socket.write(OK));
    const post = createSender();
    await post(receiver.url);
    const [first] = receiver.connections;
    first?.write('HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n');
    await until('the connection is closed', async () => first?.destroyed);
    expect(await post(receiver.url)).toMatchObject(DELIVERED);
    expect([receiver.requests.length, receiver.connections.length]).toEqual([2, 2]);
  });
});

describe('a receiver that closes the connection', () => {
  it.each([
    ['HTTP/1.0 without a length', 'HTTP/1.0 200 OK\r\n\r\nok'],
    ['neither length nor chunks', 'HTTP/1.1 200 OK\r\n\r\nok'],
    ['less than its length', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok'],
    ['chunks without the last', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n'],
    ['interim answers first', `${CONTINUE}${EARLY_HINTS}HTTP/1.1 200 OK\r\n\r\nok`],
  ])('after an answer with %s has the message', async (_what, answer) => {
    const receiver = await receive((socket) => void socket.end(answer));
    const post = createSender();
    for (let count = 0; count < 3; count += 1) expect(await post(receiver.url)).toMatchObject(DELIVERED);
    expect([receiver.requests.length, receiver.connections.length]).toEqual([3, 3]);
  });

  it.each([
    ['nothing', ''],
    ['an interim answer', CONTINUE],
    ['half a status line', 'HTTP/1.1 20'],
  ])('after %s has not answered', async (_what, answer) => {
    const receiver = await receive((socket) => void socket.end(answer));
    expect(await createSender()(receiver.url)).toMatchObject(failed('reset'));
    expect(receiver.requests).toHaveLength(1);
  });

  it('between two messages gets the second over another connection, in the same attempt', async () => {
    const receiver = await receive((socket, { index }) => void (index === 0 ? socket.end(OK) : socket.write(OK)));
    const post = createSender();
    await post(receiver.url);
    await until('the connection is closed', async () => receiver.connections[0]?.destroyed);
    expect(await post(receiver.url)).toMatchObject(DELIVERED);
    expect([receiver.requests.length, receiver.connections.length]).toEqual([2, 2]);
  });

  it('as the second message comes may have read it: the attempt has failed, and nothing is sent twice by it', async () => {
    const receiver = await receive((socket, { index }) => void (index === 1 ? socket.end() : socket.write(OK)));
    const post = createSender();
    await post(receiver.url);
    expect(await post(receiver.url)).toMatchObject(failed('reset'));
    expect(receiver.requests).toEqual([
      { connection: 0, index: 0 },
      { connection: 0, index: 1 },
    ]);
    expect(await post(receiver.url)).toMatchObject(DELIVERED);
  });
});

describe('a receiver that answers before it has the whole body', () => {
  it('has the message, and the rest of the body, where it reads on', async () => {
    const receiver = await receive(
      (socket) => {
        socket.write(CONTINUE + OK);
        socket.resume();
      },
      { isEarly: true },
    );
    const post = createSender();
    for (let count = 0; count < 2; count += 1) expect(await post(receiver.url, LARGE)).toMatchObject(DELIVERED);
    await until('both bodies are there', async () => receiver.bodies.length === 2);
    expect(receiver.bodies.every((body) => body === LARGE)).toBe(true);
    expect(receiver.connections).toHaveLength(1);
  });

  it.each([
    ['says 200 and closes', OK, { status: 200, error: null }],
    ['says 413 and closes', REFUSED, { status: 413, error: 'http_413' }],
  ])('is believed where it %s without reading the rest', async (_what, answer, attempt) => {
    // With bytes unread the system resets the connection instead of closing it.
    const receiver = await receive((socket) => void socket.write(answer, () => socket.destroy()), { isEarly: true });
    const post = createSender();
    for (let count = 0; count < 10; count += 1) {
      expect(await post(receiver.url, LARGE)).toMatchObject(attempt);
      await until('the connection is closed', async () => receiver.connections[count]?.destroyed);
    }
    expect([receiver.requests.length, receiver.connections.length]).toEqual([10, 10]);
  });
});

async function turnsUntil(holds: () => boolean): Promise<void> {
  const endMs = Date.now() + 5_000;
  while (!holds()) {
    if (Date.now() > endMs) throw new Error('what was written has not been read');
    await new Promise((resolve) => setImmediate(resolve));
  }
}
