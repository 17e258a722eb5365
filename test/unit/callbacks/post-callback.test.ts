import { createServer } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createAddressGuard } from '../../../activities/callbacks/address-guard.ts';
import { createGuardedAgent, type LookupAll } from '../../../activities/callbacks/guarded-agent.ts';
import { createOrigins } from '../../../activities/callbacks/origins.ts';
import { type CallbackPost, createPostCallback, type PostCallbackOptions } from '../../../activities/callbacks/post-callback.ts';
import { type CallbackAttempt, isDelivered, isGone } from '../../../domain/delivery.ts';
import { type ReceiverOptions, startReceiver } from '../../support/receiver.ts';
import { QUIET } from '../../support/quiet-origins.ts';
import { selfSigned } from '../../support/self-signed.ts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const OLD_SECRET = `whsec_${Buffer.alloc(32, 8).toString('base64')}`;
const NOW_MS = Date.UTC(2026, 0, 1, 12, 0, 0);
const AT = '2026-01-01T12:00:00.000Z';

interface Sender extends Partial<PostCallbackOptions> {
  readonly allow?: readonly string[];
  readonly lookup?: LookupAll;
  readonly ca?: string;
  readonly connectionsPerOrigin?: number;
}

function createSender({ allow = ['127.0.0.0/8'], lookup, ca, connectionsPerOrigin = 16, ...options }: Sender = {}) {
  const origins = createOrigins({ ...QUIET, maxConnections: connectionsPerOrigin });
  const guard = createAddressGuard(allow);
  // More than there are slots for: those alone are to be seen.
  const agent = createGuardedAgent({ guard, connectionsPerOrigin: 2 * connectionsPerOrigin, ...(lookup && { lookup }), ...(ca && { ca }) });
  onTestFinished(() => agent.destroy());
  const post = createPostCallback({
    agent,
    guard,
    origins,
    secrets: [SECRET],
    now: () => NOW_MS,
    monotonicNow: () => 0,
    userAgent: 'Tickless/test',
    ...options,
  });
  return (url: string, rest: Partial<CallbackPost> = {}, signal?: AbortSignal, begins?: () => boolean) =>
    post({ url, headers: {}, webhookId: 'evt_a-1', body: '{"type":"event.completed"}', ...rest }, signal, begins);
}

async function receive(options?: ReceiverOptions) {
  const receiver = await startReceiver(options);
  onTestFinished(() => receiver.close());
  return receiver;
}

const attemptWith = (error: string | null, status: number | null = null): CallbackAttempt => ({ at: AT, status, durationMs: 0, error });

describe('createPostCallback', () => {
  it('posts the body as JSON with the three webhook headers', async () => {
    const receiver = await receive();
    await createSender()(`${receiver.url}/hook?a=b#c`, { headers: { 'X-Mine': 'yes', 'Content-Type': 'text/plain', Host: 'evil.test' } });
    const [request] = receiver.requests;
    expect(request).toMatchObject({ method: 'POST', path: '/hook?a=b', text: '{"type":"event.completed"}' });
    expect(request?.headers).toEqual({
      'x-mine': 'yes',
      host: `127.0.0.1:${receiver.port}`,
      connection: 'keep-alive',
      'content-type': 'application/json',
      'content-length': '26',
      'user-agent': 'Tickless/test',
      'webhook-id': 'evt_a-1',
      'webhook-timestamp': String(NOW_MS / 1_000),
      'webhook-signature': expect.stringMatching(/^v1,[A-Za-z0-9+/]{43}=$/),
    });
  });

  it('signs the exact bytes sent, with every live secret', async () => {
    const receiver = await receive();
    const body = '{"name":"Zoë 🎈","broken":"\\ud800"}';
    await createSender({ now: Date.now, secrets: [SECRET, OLD_SECRET] })(receiver.url, { body });
    const [request] = receiver.requests;
    expect(request?.body).toEqual(Buffer.from(body));
    for (const secret of [SECRET, OLD_SECRET]) {
      const verified = new Webhook(secret).verify(request?.body ?? '', request?.headers as Record<string, string>);
      expect(verified).toEqual(JSON.parse(body));
    }
  });

  it('records when it began and how long it took, even if the clock is set back', async () => {
    const receiver = await receive();
    const clock = [NOW_MS + 10, NOW_MS - 3_600_000];
    const ticks = [1_000.2, 1_250.4];
    const send = createSender({ now: () => clock.shift() ?? 0, monotonicNow: () => ticks.shift() ?? 0 });
    expect(await send(receiver.url)).toEqual({ at: '2026-01-01T12:00:00.010Z', status: 200, durationMs: 250, error: null });
  });

  it.each([200, 201, 204])('is delivered by %i', async (status) => {
    const receiver = await receive();
    receiver.respond(() => status);
    const attempt = await createSender()(receiver.url);
    expect(attempt).toEqual(attemptWith(null, status));
    expect(isDelivered(attempt)).toBe(true);
  });

  it.each([400, 404, 410, 500, 502, 503])('fails by %i and keeps the status', async (status) => {
    const receiver = await receive();
    receiver.respond(() => status);
    const attempt = await createSender()(receiver.url);
    expect(attempt).toEqual(attemptWith(`http_${status}`, status));
    expect([isDelivered(attempt), isGone(attempt)]).toEqual([false, status === 410]);
  });

  it.each([301, 302, 303, 307, 308])('does not follow a %i', async (status) => {
    const [receiver, target] = await Promise.all([receive(), receive()]);
    receiver.respond(() => ({ status, headers: { location: target.url } }));
    expect(await createSender()(receiver.url)).toEqual(attemptWith('redirect', status));
    expect(target.sockets.opened).toBe(0);
    expect(receiver.requests).toHaveLength(1);
  });

  it.each([
    ['seconds', 429, '120', 120_000],
    ['a date', 429, new Date(NOW_MS + 90_000).toUTCString(), 90_000],
    ['more than a day', 503, '1000000', 86_400_000],
  ])('reads Retry-After as %s', async (_what, status, value, retryAfterMs) => {
    const receiver = await receive();
    receiver.respond(() => ({ status, headers: { 'retry-after': value } }));
    expect(await createSender()(receiver.url)).toEqual({ ...attemptWith(`http_${status}`, status), retryAfterMs });
  });

  it('pays no attention to Retry-After on a success, nor to one that is none', async () => {
    const receiver = await receive();
    receiver.respond((_request, index) => ({ status: index === 0 ? 200 : 429, headers: { 'retry-after': index === 0 ? '5' : 'soon' } }));
    const post = createSender();
    expect(await post(receiver.url)).not.toHaveProperty('retryAfterMs');
    expect(await post(receiver.url)).not.toHaveProperty('retryAfterMs');
  });

  it('keeps the first KB of the answer, whole characters only', async () => {
    const receiver = await receive();
    receiver.respond(() => ({ status: 500, body: `x${'€'.repeat(1_000)}` }));
    const attempt = await createSender()(receiver.url);
    expect(attempt.excerpt).toBe(`x${'€'.repeat(341)}`);
  });

  it('times out on a receiver that never answers, and lets the connection go', async () => {
    const receiver = await receive();
    receiver.respond(() => 'hang');
    expect(await createSender({ attemptTimeoutMs: 50 })(receiver.url)).toEqual(attemptWith('timeout'));
    await receiver.waitFor(() => receiver.sockets.open === 0);
  });

  it('counts a 2xx whose body drips on for ever, with what came of it', async () => {
    const receiver = await receive();
    receiver.respond((_request, _index, response) => {
      response.writeHead(200).write('first');
      return 'handled';
    });
    expect(await createSender({ attemptTimeoutMs: 200 })(receiver.url)).toEqual({ ...attemptWith(null, 200), excerpt: 'first' });
    await receiver.waitFor(() => receiver.sockets.open === 0);
  });

  it('stops reading an answer of 10 MB, and lets the connection go', async () => {
    const receiver = await receive();
    const totalBytes = 10 * 1024 * 1024;
    let writtenBytes = 0;
    receiver.respond((_request, _index, response) => {
      response.writeHead(500, { 'content-length': totalBytes });
      const write = (): void => {
        while (writtenBytes < totalBytes) {
          writtenBytes += 64 * 1024;
          if (!response.write(Buffer.alloc(64 * 1024, 'x'))) return;
        }
      };
      response.on('drain', write);
      write();
      return 'handled';
    });
    expect(await createSender()(receiver.url)).toEqual({ ...attemptWith('http_500', 500), excerpt: 'x'.repeat(1_024) });
    await receiver.waitFor(() => receiver.sockets.open === 0);
    expect(writtenBytes).toBeLessThan(totalBytes);
  });

  it('reports a connection that the receiver breaks off, and sends the same id again', async () => {
    const receiver = await receive();
    receiver.respond((_request, index) => (index === 0 ? 'reset' : 200));
    const post = createSender();
    expect(await post(receiver.url)).toEqual(attemptWith('reset'));
    expect(await post(receiver.url)).toEqual(attemptWith(null, 200));
    expect(receiver.requests.map(({ headers }) => headers['webhook-id'])).toEqual(['evt_a-1', 'evt_a-1']);
  });

  it('reports a port where nobody listens', async () => {
    const receiver = await startReceiver();
    await receiver.close();
    expect(await createSender()(receiver.url)).toEqual(attemptWith('refused'));
  });

  it('reports a name that does not resolve', async () => {
    const lookup = () => Promise.reject(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }));
    expect(await createSender({ lookup })('http://gone.test/')).toEqual(attemptWith('dns'));
  });

  it('reports an answer that is not HTTP', async () => {
    const server = createServer((socket) => socket.on('error', () => {}).end('220 mail.test ESMTP\r\n'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    expect(await createSender()(`http://127.0.0.1:${port}/`)).toEqual(attemptWith('protocol'));
  });

  it('refuses a certificate that nobody vouches for, whatever the environment says', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    onTestFinished(() => void vi.unstubAllEnvs());
    const receiver = await receive({ tls: selfSigned });
    expect(await createSender()(receiver.url)).toEqual(attemptWith('tls'));
    expect(receiver.requests).toEqual([]);
  });

  it('delivers over TLS when the certificate is trusted and names the host', async () => {
    const receiver = await receive({ tls: selfSigned });
    const post = createSender({ ca: selfSigned.cert, lookup: async () => [{ address: '127.0.0.1', family: 4 }] });
    expect(await post(receiver.url)).toEqual(attemptWith(null, 200));
    expect(await post(`https://receiver.test:${receiver.port}`)).toEqual(attemptWith(null, 200));
    expect(await post(`https://other.test:${receiver.port}`)).toEqual(attemptWith('tls'));
  });

  it('reports a plain receiver at an https URL', async () => {
    const receiver = await receive();
    expect(await createSender()(receiver.url.replace('http:', 'https:'))).toEqual(attemptWith('tls'));
  });

  it('refuses by the text of the URL, without a connection', async () => {
    const receiver = await receive();
    expect(await createSender({ allow: [] })(receiver.url)).toEqual(attemptWith('guarded'));
    expect(await createSender()('ftp://127.0.0.1/')).toEqual(attemptWith('guarded'));
    expect(receiver.sockets.opened).toBe(0);
  });

  it('refuses by what a name resolves to, without a connection', async () => {
    const receiver = await receive();
    const post = createSender({ allow: [], lookup: async () => [{ address: '127.0.0.1', family: 4 }] });
    expect(await post(`http://inner.test:${receiver.port}`)).toEqual(attemptWith('guarded'));
    expect(receiver.sockets.opened).toBe(0);
  });

  it('pays no attention to proxies in the environment', async () => {
    const [receiver, proxy] = await Promise.all([receive(), receive()]);
    for (const name of ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'ALL_PROXY']) vi.stubEnv(name, proxy.url);
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(await createSender()(receiver.url)).toEqual(attemptWith(null, 200));
    expect(proxy.sockets.opened).toBe(0);
  });

  it('ends when its caller does', async () => {
    const receiver = await receive();
    receiver.respond(() => 'hang');
    const leaving = new AbortController();
    const attempt = createSender()(receiver.url, {}, leaving.signal);
    await receiver.waitFor((requests) => requests.length === 1);
    leaving.abort();
    expect(await attempt).toEqual(attemptWith('aborted'));
    expect(await createSender()(receiver.url, {}, leaving.signal)).toEqual(attemptWith('aborted'));
    expect(receiver.requests).toHaveLength(1);
  });

  it('reports an agent that was closed under it', async () => {
    const agent = createGuardedAgent({ guard: createAddressGuard(['127.0.0.0/8']) });
    await agent.close();
    expect(await createSender({ agent })('http://127.0.0.1:9/')).toEqual(attemptWith('aborted'));
  });

  it('will not start without a secret, or with a malformed one', () => {
    expect(() => createSender({ secrets: [] })).toThrow('always signed');
    expect(() => createSender({ secrets: [SECRET, 'whsec_'] })).toThrow('A webhook secret is');
  });
});

describe('connections', () => {
  it('sends 50 posts, one after the other, over one', async () => {
    const receiver = await receive();
    const post = createSender();
    receiver.respond((_request, index) => ({ body: index % 2 === 0 ? '' : 'thanks' }));
    for (let count = 0; count < 50; count += 1) expect((await post(receiver.url)).error).toBeNull();
    expect(receiver.sockets.opened).toBe(1);
  });

  it('sends 100 posts at once over 16', async () => {
    const receiver = await receive();
    const post = createSender();
    const sixteen = receiver.waitFor((requests) => requests.length === 16);
    receiver.respond(async () => {
      await sixteen;
      return 200;
    });
    const attempts = await Promise.all(Array.from({ length: 100 }, () => post(receiver.url)));
    expect(attempts.every(isDelivered)).toBe(true);
    expect(receiver.requests).toHaveLength(100);
    expect(receiver.sockets.opened).toBe(16);
  });

  it('holds no more than 16 open while the receiver breaks them all off', async () => {
    const receiver = await receive();
    const post = createSender();
    let most = 0;
    receiver.respond(() => {
      most = Math.max(most, receiver.sockets.open);
      return 'reset';
    });
    const attempts = await Promise.all(Array.from({ length: 100 }, () => post(receiver.url)));
    expect(new Set(attempts.map(({ error }) => error))).toEqual(new Set(['reset']));
    expect(most).toBeLessThanOrEqual(16);
  });

  it('opens more to a receiver that answers well, up to the most', async () => {
    const receiver = await receive();
    const open: number[] = [];
    // Answered round by round, when as many have come as could.
    const rounds = [16, 32, 40];
    const held: (() => void)[] = [];
    receiver.respond(async () => {
      await new Promise<void>((answer) => {
        held.push(answer);
        if (held.length < (rounds[0] ?? 0)) return;
        open.push(receiver.sockets.open);
        rounds.shift();
        for (const release of held.splice(0)) release();
      });
      return 200;
    });
    const post = createSender({ connectionsPerOrigin: 40 });
    const attempts = await Promise.all(Array.from({ length: 16 + 32 + 40 }, () => post(receiver.url)));
    expect(new Set(attempts.map(({ status }) => status))).toEqual(new Set([200]));
    expect(open).toEqual([16, 32, 40]);
  });

  it('says busy, and sends nothing, when none becomes free', async () => {
    const receiver = await receive();
    const leaving = new AbortController();
    receiver.respond(() => 'hang');
    const post = createSender({ connectionsPerOrigin: 1, waitTimeoutMs: 20 });
    const hanging = post(receiver.url, {}, leaving.signal);
    await receiver.waitFor((requests) => requests.length === 1);
    expect(await post(receiver.url)).toEqual(attemptWith('busy'));
    leaving.abort();
    await hanging;
    expect(receiver.requests).toHaveLength(1);
  });

  it('sends nothing, and keeps no connection, where its turn is not wanted any more', async () => {
    const receiver = await receive();
    const post = createSender({ connectionsPerOrigin: 1 });
    expect(await post(receiver.url, {}, undefined, () => false)).toEqual(attemptWith('busy'));
    expect((await post(receiver.url, {}, undefined, () => true)).status).toBe(200);
    expect(receiver.requests).toHaveLength(1);
  });

  it('gives an attempt that waited in line its full time', async () => {
    const receiver = await receive();
    // The first takes the attempt's whole time; the second would get none of it, if waiting counted.
    receiver.respond((_request, index) => (index === 0 ? 'hang' : 200));
    const post = createSender({ connectionsPerOrigin: 1, attemptTimeoutMs: 300 });
    const first = post(receiver.url);
    await receiver.waitFor((requests) => requests.length === 1);
    expect(await Promise.all([first, post(receiver.url)])).toEqual([attemptWith('timeout'), attemptWith(null, 200)]);
  });

  it('keeps origins apart', async () => {
    const [slow, quick] = await Promise.all([receive(), receive()]);
    slow.respond(() => 'hang');
    const leaving = new AbortController();
    const post = createSender();
    const hanging = Array.from({ length: 40 }, () => post(slow.url, {}, leaving.signal));
    await slow.waitFor((requests) => requests.length === 16);
    expect((await post(quick.url)).error).toBeNull();
    leaving.abort();
    expect(new Set((await Promise.all(hanging)).map(({ error }) => error))).toEqual(new Set(['aborted']));
  });
});
