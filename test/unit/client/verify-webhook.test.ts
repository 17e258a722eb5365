import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { expect, it } from 'vitest';
import { signWebhook } from '../../../activities/callbacks/sign-webhook.ts';
import { verifyWebhook } from '../../../client/verify-webhook.ts';
import { parseSecret } from '../../../domain/webhook-signature.ts';

const newSecret = () => `whsec_${randomBytes(32).toString('base64')}`;
const [current, previous, foreign] = [newSecret(), newSecret(), newSecret()];
const at = 1_800_000_000;
const body = '{"type":"event.completed","name":"Zoë 🎈"}';
const signature = new Webhook(current).sign('evt_1-1', new Date(at * 1_000), body);
const headers = { 'webhook-id': 'evt_1-1', 'webhook-timestamp': String(at), 'webhook-signature': signature };
const delivery = { secrets: [current], headers, body, nowMs: at * 1_000 };
const good = { ok: true, id: 'evt_1-1', timestampSeconds: at };
const withHeaders = (changed: Readonly<Record<string, string>>) => ({ ...delivery, headers: { ...headers, ...changed } });

it('accepts what the public standardwebhooks package signs, as text and as bytes', async () => {
  expect(await verifyWebhook(delivery)).toEqual(good);
  expect(await verifyWebhook({ ...delivery, body: Buffer.from(body) })).toEqual(good);
});

it('accepts what our callbacks are signed with, whatever the bytes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array(), async (bytes) => {
      const signed = signWebhook({ secrets: [current, previous].map(parseSecret), id: 'a', timestampSeconds: at, body: bytes });
      const input = withHeaders({ 'webhook-id': 'a', 'webhook-signature': signed });
      for (const secret of [current, previous]) {
        expect(await verifyWebhook({ ...input, secrets: [secret], body: bytes })).toMatchObject({ ok: true });
      }
    }),
  );
});

it('takes headers in any case, and lists of one', async () => {
  const written = { 'Webhook-Id': ['evt_1-1'], 'WEBHOOK-TIMESTAMP': String(at), 'Webhook-Signature': ` ${signature} ` };
  expect(await verifyWebhook({ ...delivery, headers: written })).toEqual(good);
});

it('accepts one valid signature among others, by one secret among others', async () => {
  const input = withHeaders({ 'webhook-signature': `v1a,AAAA v1,AAAA ${signature}` });
  expect(await verifyWebhook({ ...input, secrets: [foreign, previous, current] })).toEqual(good);
});

it.each([
  ['another body', { ...delivery, body: `${body.slice(0, -1)} x}` }, 'no_signature_matches'],
  ['another id', withHeaders({ 'webhook-id': 'evt_2-1' }), 'no_signature_matches'],
  ['another time', withHeaders({ 'webhook-timestamp': String(at + 1) }), 'no_signature_matches'],
  ['another secret', { ...delivery, secrets: [foreign] }, 'no_signature_matches'],
  ['no secret', { ...delivery, secrets: [] }, 'no_signature_matches'],
  ['a signature cut short', withHeaders({ 'webhook-signature': signature.slice(0, -8) }), 'no_signature_matches'],
  ['a body written anew', { ...delivery, body: JSON.stringify(JSON.parse(body), null, 2) }, 'body_rewritten'],
  ['a line end after the body', { ...delivery, body: `${body}\n` }, 'body_rewritten'],
  ['another scheme', withHeaders({ 'webhook-signature': signature.replace('v1,', 'v2,') }), 'no_signature'],
  ['what is no base64', withHeaders({ 'webhook-signature': 'v1,!' }), 'no_signature'],
  ['no headers', { ...delivery, headers: {} }, 'missing_header'],
  ['a timestamp that is none', withHeaders({ 'webhook-timestamp': 'now' }), 'malformed_timestamp'],
  ['a timestamp with a fraction', withHeaders({ 'webhook-timestamp': '1.5' }), 'malformed_timestamp'],
])('refuses %s', async (_what, input, fault) => {
  expect(await verifyWebhook(input)).toEqual({ ok: false, fault, reason: expect.stringMatching(/./) });
});

it.each([
  [300, { ok: true }],
  [-300, { ok: true }],
  [301, { fault: 'too_old', reason: expect.stringContaining('the timestamp is 301 s old') }],
  [-301, { fault: 'too_new', reason: expect.stringContaining('301 s in the future') }],
])('says of a delivery %i s old what is wrong with it', async (ageSeconds, verification) => {
  expect(await verifyWebhook({ ...delivery, nowMs: (at + ageSeconds) * 1_000 })).toMatchObject(verification);
});

it('takes older ones when told to', async () => {
  expect(await verifyWebhook({ ...delivery, nowMs: (at + 3_600) * 1_000, toleranceSeconds: 3_600 })).toEqual(good);
});

it('goes by the clock when it is given no time', async () => {
  const { nowMs: _now, ...input } = delivery;
  expect(await verifyWebhook(input)).toMatchObject({ ok: false });
});

it('names no secret when one is malformed', async () => {
  await expect(verifyWebhook({ ...delivery, secrets: ['whsec_short'] })).rejects.toThrow(/24 to 64 bytes/);
});
