import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { signWebhook } from '../../../activities/callbacks/sign-webhook.ts';
import { parseSecret } from '../../../domain/webhook-signature.ts';

const newSecret = () => `whsec_${randomBytes(32).toString('base64')}`;

describe('signWebhook', () => {
  const [current, previous, foreign] = [newSecret(), newSecret(), newSecret()];
  const nowSeconds = Math.floor(Date.now() / 1_000);
  const body = '{"type":"event.completed","data":{"name":"Zoë 🎈"}}';
  const sign = (secrets: readonly string[], signed = body) =>
    signWebhook({ secrets: secrets.map(parseSecret), id: 'evt_1-1', timestampSeconds: nowSeconds, body: signed });
  const headers = (signature: string) => ({
    'webhook-id': 'evt_1-1',
    'webhook-timestamp': String(nowSeconds),
    'webhook-signature': signature,
  });

  it('is accepted by the public standardwebhooks package', () => {
    expect(new Webhook(current).verify(body, headers(sign([current])))).toEqual(JSON.parse(body));
  });

  it('equals what that package signs, for any body', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const theirs = new Webhook(current).sign('evt_1-1', new Date(nowSeconds * 1_000), text);
        expect(sign([current], text)).toBe(theirs);
      }),
    );
  });

  it('signs bytes like the text they encode', () => {
    const bytes = { secrets: [parseSecret(current)], id: 'evt_1-1', timestampSeconds: nowSeconds, body: Buffer.from(body) };
    expect(signWebhook(bytes)).toBe(sign([current]));
  });

  it('is accepted with either secret during a rotation', () => {
    const signature = sign([current, previous]);
    expect(signature).toMatch(/^v1,[A-Za-z0-9+/]{43}= v1,[A-Za-z0-9+/]{43}=$/);
    expect(new Webhook(current).verify(body, headers(signature))).toBeTruthy();
    expect(new Webhook(previous).verify(body, headers(signature))).toBeTruthy();
    expect(() => new Webhook(foreign).verify(body, headers(signature))).toThrow('No matching signature');
  });

  it('is refused when the body is tampered with', () => {
    expect(() => new Webhook(current).verify(`${body} `, headers(sign([current])))).toThrow('No matching signature');
  });
});
