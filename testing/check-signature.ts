import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { verifyWebhook } from '../client/verify-webhook.ts';
import type { Verification, VerifyWebhookInput } from '../client/verify-webhook.ts';

/** Whether a callback is genuine; `no_secret`: nobody can tell. */
export type CheckedSignature = Verification | { readonly ok: false; readonly fault: 'no_secret'; readonly reason: string };

interface CheckSignatureInput extends Pick<VerifyWebhookInput, 'headers' | 'body'> {
  readonly secrets: string | readonly string[] | undefined;
}

export async function checkSignature({ secrets: given, headers, body }: CheckSignatureInput): Promise<CheckedSignature> {
  // Looked for each time: a service makes its own when it is first started, which may be after the receiver was.
  const secrets = given === undefined ? await findSecrets() : [given].flat();
  if (secrets.length === 0) return noSecret("there is no secret to check it with: createReceiver({ secrets: 'whsec_…' })");
  return verifyWebhook({ secrets, headers, body }).catch((error: Error) => noSecret(error.message));
}

function noSecret(reason: string): CheckedSignature {
  return { ok: false, fault: 'no_secret', reason };
}

/** As `tickless verify` finds them. */
async function findSecrets(): Promise<readonly string[]> {
  const configured = (process.env['WEBHOOK_SECRETS'] ?? '').split(',').map((secret) => secret.trim());
  const named = configured.filter((secret) => secret !== '');
  if (named.length > 0) return named;
  const kept = await readFile(join(process.env['TICKLESS_DATA'] || '.tickless', 'webhook-secret'), 'utf8').catch(() => '');
  return kept.trim() === '' ? [] : [kept.trim()];
}
