import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The configured secrets, where several processes must sign alike and none can make them.
 * @throws Error when there is none
 */
export function requireWebhookSecrets(configured: readonly string[]): readonly string[] {
  if (configured.length === 0) throw new Error('WEBHOOK_SECRETS must be set: every process signs callbacks with the same ones');
  return configured;
}

/**
 * The secrets that callbacks are signed with: those configured, else one that is made at the first start and kept in the
 * data directory, so that receivers can go on trusting it.
 */
export async function loadWebhookSecrets(configured: readonly string[], dataDirectory: string): Promise<readonly string[]> {
  if (configured.length > 0) return configured;
  const file = join(dataDirectory, 'webhook-secret');
  await mkdir(dataDirectory, { recursive: true });
  // Written under a name of its own and linked when it is whole: a crash in between leaves none rather than half of one.
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, `whsec_${randomBytes(32).toString('base64')}\n`, { mode: 0o600 });
  try {
    await link(draft, file);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    await rm(draft, { force: true });
  }
  return [(await readFile(file, 'utf8')).trim()];
}
