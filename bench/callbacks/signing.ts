import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { signWebhook } from '../../activities/callbacks/sign-webhook.ts';
import { parseSecret } from '../../domain/webhook-signature.ts';
import { table } from '../table.ts';

export function measureSigning(): string {
  return `## Signing a body of 20 KB

${table(['', 'microseconds'], signCosts())}`;
}

/** Microseconds to sign a body of 20 KB: ours, the Standard Webhooks package, and the bare HMAC. */
function signCosts(): readonly (readonly [string, number])[] {
  const secret = `whsec_${Buffer.alloc(32, 's').toString('base64')}`;
  const [key, body, webhook] = [parseSecret(secret), 'x'.repeat(20_000), new Webhook(secret)];
  const time = (sign: () => unknown): number => {
    const times = 2_000;
    for (let index = 0; index < times; index += 1) sign();
    const startedAt = performance.now();
    for (let index = 0; index < times; index += 1) sign();
    return ((performance.now() - startedAt) * 1_000) / times;
  };
  return [
    ['ours, one secret', time(() => signWebhook({ secrets: [key], id: 'evt_a-1', timestampSeconds: 1_767_268_800, body }))],
    ['ours, two secrets', time(() => signWebhook({ secrets: [key, key], id: 'evt_a-1', timestampSeconds: 1_767_268_800, body }))],
    ['standardwebhooks', time(() => webhook.sign('evt_a-1', new Date(1_767_268_800_000), body))],
    ['HMAC alone', time(() => createHmac('sha256', key).update(body).digest())],
  ];
}
