import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createReceiver } from '../../../testing.ts';
import type { Receiver, ReceiverOptions } from '../../../testing.ts';
import { signWebhook } from '../../../webhook.ts';

const SECRET = `whsec_${Buffer.alloc(32, 'a').toString('base64')}`;
const OTHER = `whsec_${Buffer.alloc(32, 'b').toString('base64')}`;
const MESSAGE = { type: 'event.completed', timestamp: '2026-01-01T00:00:00.000Z', data: { id: 'e-1', status: 'completed' } };

const open: Receiver[] = [];
beforeEach(() => {
  vi.stubEnv('WEBHOOK_SECRETS', '');
  vi.stubEnv('TICKLESS_DATA', '/nowhere');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(open.splice(0).map((receiver) => receiver.close()));
});

async function openReceiver(options: ReceiverOptions = {}): Promise<Receiver> {
  const receiver = await createReceiver(options);
  open.push(receiver);
  return receiver;
}

async function post({ url }: Receiver, { secret = SECRET, body = JSON.stringify(MESSAGE), path = '' } = {}): Promise<Response> {
  const headers = await signWebhook({ secrets: [secret], id: 'msg-1', timestampSeconds: Math.floor(Date.now() / 1_000), body });
  return fetch(url + path, { method: 'POST', headers, body });
}

it('keeps a callback, with its message and whether its signature is valid', async () => {
  const receiver = await openReceiver({ secrets: SECRET });
  expect((await post(receiver, { path: 'hook?a=1' })).status).toBe(200);
  const callback = await receiver.next();
  expect(callback).toMatchObject({ id: 'msg-1', method: 'POST', path: '/hook?a=1', signature: { ok: true, id: 'msg-1' }, answer: 200 });
  expect(callback.text).toBe(JSON.stringify(MESSAGE));
  expect(callback.headers['webhook-id']).toBe('msg-1');
  expect([callback.message?.type, callback.message?.data['status']]).toEqual(['event.completed', 'completed']);
  expect(receiver.received).toEqual([callback]);
});

it('says why a signature is not valid', async () => {
  const receiver = await openReceiver({ secrets: [SECRET] });
  await post(receiver, { secret: OTHER });
  expect((await receiver.next()).signature).toMatchObject({ ok: false, fault: 'no_signature_matches' });
  await fetch(receiver.url, { method: 'POST', body: 'no message' });
  expect(await receiver.next()).toMatchObject({ id: null, message: null, signature: { ok: false, fault: 'missing_header' } });
  await post(receiver, { body: '{"type":"other"}' });
  expect(await receiver.next()).toMatchObject({ message: null, signature: { ok: true } });
});

it('finds the secret of the environment, or of a service of this folder, also one that is made later', async () => {
  const receiver = await openReceiver();
  await post(receiver);
  expect((await receiver.next()).signature).toMatchObject({
    fault: 'no_secret',
    reason: expect.stringContaining('createReceiver({ secrets'),
  });

  const folder = await mkdtemp(join(tmpdir(), 'tickless-receiver-'));
  vi.stubEnv('TICKLESS_DATA', folder);
  await writeFile(join(folder, 'webhook-secret'), `${SECRET}\n`);
  await post(receiver);
  expect((await receiver.next()).signature.ok).toBe(true);
  await rm(folder, { recursive: true });

  vi.stubEnv('WEBHOOK_SECRETS', `${OTHER}, ${SECRET}`);
  await post(receiver, { secret: OTHER });
  expect((await receiver.next()).signature.ok).toBe(true);

  vi.stubEnv('WEBHOOK_SECRETS', 'whsec_short');
  await post(receiver);
  expect((await receiver.next()).signature).toMatchObject({ fault: 'no_secret', reason: expect.stringContaining('24 to 64 bytes') });
});

it('takes no secret that is none', async () => {
  await expect(createReceiver({ secrets: 'secret' })).rejects.toThrow('A webhook secret is "whsec_"');
});

it('answers the first callbacks as it is told to, and then well', async () => {
  const answers = [500, { status: 429, headers: { 'retry-after': '7' }, body: 'later' }, 'reset'] as const;
  const receiver = await openReceiver({ secrets: SECRET, answers });
  expect((await post(receiver)).status).toBe(500);
  const later = await post(receiver);
  expect([later.status, later.headers.get('retry-after'), await later.text()]).toEqual([429, '7', 'later']);
  await expect(post(receiver)).rejects.toThrow('fetch failed');
  expect((await post(receiver)).status).toBe(200);
  expect(receiver.received.map(({ answer }) => answer)).toEqual([...answers, 200]);
});

it('never answers where it is told to hang', async () => {
  const receiver = await openReceiver({ secrets: SECRET, answers: ['hang'] });
  const answered = post(receiver);
  expect((await receiver.next()).answer).toBe('hang');
  await receiver.close();
  await expect(answered).rejects.toThrow('fetch failed');
});

it('gives each callback once, in their order, and waits for what is still to come', async () => {
  const receiver = await openReceiver({ secrets: SECRET });
  const both = Promise.all([receiver.next(), receiver.next()]);
  const three = receiver.waitFor((received) => received.length === 3);
  for (const path of ['1', '2', '3']) await post(receiver, { path });
  expect((await both).map(({ path }) => path)).toEqual(['/1', '/2']);
  await three;
  expect((await receiver.next()).path).toBe('/3');
});

it('says what has come where it waits in vain', async () => {
  const receiver = await openReceiver({ secrets: SECRET, answers: [200, { status: 410 }, 'reset'] });
  await expect(receiver.next({ timeoutMs: 1 })).rejects.toThrow('not within 1 ms: none has come');
  await post(receiver);
  await post(receiver, { secret: OTHER, body: '[]' });
  await post(receiver).catch(() => undefined);
  await expect(receiver.waitFor(() => false, { timeoutMs: 1 })).rejects.toThrow(
    /3 came: event.completed, signature valid, answered 200; no message, no signature matches.*, answered 410; .*, answered reset/,
  );
  // The one that the first call hasn't waited long enough for.
  expect((await receiver.next()).message).toEqual(MESSAGE);
});

it('rejects who waits when it is closed, or when what is waited for throws', async () => {
  const receiver = await openReceiver();
  const waits = receiver.next();
  const throws = receiver.waitFor(() => {
    throw new Error('what a condition');
  });
  await expect(throws).rejects.toThrow('what a condition');
  await Promise.all([receiver.close(), expect(waits).rejects.toThrow('the receiver was closed: none has come')]);
  await expect(fetch(receiver.url)).rejects.toThrow('fetch failed');
});

it('comes back at a port, and says where that is taken', async () => {
  const receiver = await openReceiver();
  const port = Number(new URL(receiver.url).port);
  await expect(createReceiver({ port })).rejects.toThrow('EADDRINUSE');
  await receiver.close();
  expect((await openReceiver({ port })).url).toBe(receiver.url);
});
