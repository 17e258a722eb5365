import { randomBytes } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeDataDirectory } from './data-directory.ts';
import { WEBHOOK_SECRET } from './environment.ts';
import { syncFolder } from './sync-folder.ts';

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
  makeDataDirectory(dataDirectory);
  // Written under a name of its own and linked when it is whole: a crash in between leaves none rather than half of one.
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, `whsec_${randomBytes(32).toString('base64')}\n`, { mode: 0o600, flush: true });
  try {
    await link(draft, file);
    // Receivers trust it from the first callback on: it is to be there after a power cut, too.
    await syncFolder(dataDirectory);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    await rm(draft, { force: true });
  }
  return [checked(await readFile(file, 'utf8'), file)];
}

/** A file that a power cut or a hand has emptied would have all callbacks signed with nothing. */
function checked(text: string, file: string): string {
  const secret = text.trim();
  if (WEBHOOK_SECRET.test(secret)) return secret;
  throw new Error(
    [
      `"${file}" holds no secret to sign callbacks with${secret === '' ? ': it is empty' : ''}. WEBHOOK_SECRETS isn't set, so that the one in this file is used.`,
      `Put it back from a copy, or set WEBHOOK_SECRETS, or delete the file: then another is made, which receivers have to be told.`,
    ].join('\n'),
  );
}
