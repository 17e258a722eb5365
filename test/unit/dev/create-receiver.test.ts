import { describe, expect, it } from 'vitest';
import { signWebhook } from '../../../client/sign-webhook.ts';
import { createReceiver } from '../../../dev/tools/create-receiver.ts';

const SECRET = `whsec_${'c2VjcmV0'.repeat(6)}`;
const NOW_MS = 1_767_225_600_000;
const BODY = JSON.stringify({ type: 'event.completed', data: { id: 'o-1' } });

function receiverOf(...secrets: readonly string[]) {
  const receiver = createReceiver(() => NOW_MS);
  receiver.trust(secrets);
  return {
    ...receiver,
    async send({ id = 'msg-1', body = BODY, secret = SECRET } = {}) {
      const headers = await signWebhook({ secrets: [secret], id, timestampSeconds: NOW_MS / 1_000, body });
      return receiver.receive(headers, new TextEncoder().encode(body));
    },
  };
}

describe('the receiver of `tickless dev`', () => {
  it('keeps what has come, with what it is about and whether it is genuine', async () => {
    const receiver = receiverOf(SECRET);
    expect(await receiver.send()).toBe(200);
    const callback = {
      number: 1,
      receivedAt: '2026-01-01T00:00:00.000Z',
      messageId: 'msg-1',
      type: 'event.completed',
      id: 'o-1',
      attempt: 1,
      signature: { ok: true },
      answer: 200,
    };
    expect(receiver.list()).toEqual({ isFailing: false, callbacks: [callback] });
    expect(receiver.get(1)).toMatchObject({ ...callback, body: BODY, headers: { 'webhook-id': 'msg-1' } });
  });

  it('says why one is not genuine', async () => {
    const receiver = receiverOf(SECRET);
    await receiver.send({ secret: `whsec_${'b3RoZXIh'.repeat(6)}` });
    await receiver.receive({}, new Uint8Array());
    const [last, first] = receiver.list().callbacks;
    expect(first?.signature).toMatchObject({ ok: false, reason: expect.stringMatching(/no signature matches/) });
    expect(last).toMatchObject({ messageId: null, type: null, id: null, signature: { reason: expect.stringMatching(/no webhook-id/) } });
  });

  it('knows no secret before the service has told its own', async () => {
    const receiver = receiverOf();
    await receiver.send();
    receiver.trust([SECRET]);
    await receiver.send();
    expect(receiver.list().callbacks.map(({ signature }) => signature.ok)).toEqual([true, false]);
  });

  it.each(['null', '[]', '{"type":1,"data":null}', '{"data":{"id":1}}', 'no JSON'])(
    'takes the body %s, which is no message',
    async (body) => {
      const receiver = receiverOf(SECRET);
      await receiver.send({ body });
      expect(receiver.list().callbacks).toMatchObject([{ type: null, id: null, signature: { ok: true } }]);
    },
  );

  it('counts how often a message has come', async () => {
    const receiver = receiverOf(SECRET);
    for (const id of ['msg-1', 'msg-2', 'msg-1', 'msg-1']) await receiver.send({ id });
    expect(receiver.list().callbacks.map(({ messageId, attempt }) => `${messageId} ${attempt}`)).toEqual([
      'msg-1 3',
      'msg-1 2',
      'msg-2 1',
      'msg-1 1',
    ]);
  });

  it('fails while it is told to', async () => {
    const receiver = receiverOf(SECRET);
    receiver.setFailing(true);
    expect([await receiver.send(), receiver.list().isFailing]).toEqual([500, true]);
    receiver.setFailing(false);
    expect([await receiver.send(), receiver.list().isFailing]).toEqual([200, false]);
    expect(receiver.list().callbacks.map(({ answer }) => answer)).toEqual([200, 500]);
  });

  it('keeps the last hundred', async () => {
    const receiver = receiverOf(SECRET);
    for (let index = 1; index <= 102; index += 1) await receiver.send({ id: `msg-${index}` });
    const numbers = receiver.list().callbacks.map(({ number }) => number);
    expect([numbers.length, numbers[0], numbers.at(-1)]).toEqual([100, 102, 3]);
    expect(receiver.get(2)).toBeUndefined();
  });
});
