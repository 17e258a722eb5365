import { WEBHOOK_SECRET } from '../../config/environment.ts';
import type { ApiKey } from '../../config/api-keys.ts';
import { fault, ok, warning } from './finding.ts';
import type { Finding } from './finding.ts';

/** A file that holds secrets. */
export interface SecretFile {
  readonly path: string;
  /** Null where it can't be read. */
  readonly text: string | null;
  /** Its permission bits; null where the system has none. */
  readonly mode: number | null;
}

export interface SecretsState {
  /** `WEBHOOK_SECRETS` as it is set, well formed or not; undefined where it isn't. */
  readonly webhookSecrets: string | undefined;
  readonly apiKeys: readonly ApiKey[];
  /** The secret that the service makes for itself; null where there is no such file. */
  readonly madeSecret: SecretFile | null;
  /** The file that `API_KEYS` names, if it names one. */
  readonly apiKeyFile: SecretFile | null;
  /** Whether the engine is somebody else's, so that several processes may sign. */
  readonly isExternal: boolean;
}

const OF_OTHERS = 0o077;
const MAKE_ONE = `node -e "console.log('whsec_' + require('node:crypto').randomBytes(32).toString('base64'))"`;

/** Looks at what callbacks are signed with, and at who else could read it. No message repeats a secret. */
export function checkSecrets(state: SecretsState): readonly Finding[] {
  const { webhookSecrets, madeSecret, apiKeyFile } = state;
  const findings = [
    ...(webhookSecrets === undefined ? checkMade(state) : checkConfigured(webhookSecrets, state.apiKeys)),
    ...(madeSecret === null ? [] : checkMode(madeSecret)),
    ...(apiKeyFile === null ? [] : checkMode(apiKeyFile)),
  ];
  return findings.length > 0 ? findings : [ok('secrets', 'What callbacks are signed with is well formed, and nobody else can read it.')];
}

function checkConfigured(webhookSecrets: string, apiKeys: readonly ApiKey[]): readonly Finding[] {
  const secrets = webhookSecrets.split(',').map((secret) => secret.trim());
  const findings: Finding[] = [];
  secrets.forEach((secret, index) => {
    const which = `The secret ${index + 1} of ${secrets.length} in WEBHOOK_SECRETS`;
    if (!WEBHOOK_SECRET.test(secret)) {
      const message = `${which} is not whsec_ and 24 to 64 bytes in base64${/^["']/.test(secret) ? ': it has quotes around it' : ''}.`;
      findings.push(fault('secrets', message, `Set it to one that is: ${MAKE_ONE}`));
    }
    if (secrets.indexOf(secret) !== index)
      findings.push(warning('secrets', `${which} is there twice.`, 'Remove one: each signs every callback.'));
    const same = apiKeys.find(({ key }) => key === secret || `whsec_${key}` === secret);
    if (same !== undefined) {
      const message = `${which} is also an API key, of tenant "${same.tenant}": whoever receives callbacks can call the service with it.`;
      findings.push(fault('secrets', message, `Replace the secret, and tell receivers of the new one: ${MAKE_ONE}`));
    }
  });
  return findings;
}

function checkMade({ madeSecret, isExternal }: SecretsState): readonly Finding[] {
  if (isExternal) {
    const message = 'WEBHOOK_SECRETS is not set: "tickless api" and "tickless worker" refuse to start without.';
    const remedy = `Set it to the same in all processes: ${madeSecret === null ? MAKE_ONE : `the one in "${madeSecret.path}", which receivers know`}`;
    return [madeSecret === null ? fault('secrets', message, remedy) : warning('secrets', message, remedy)];
  }
  if (madeSecret === null) return [ok('secrets', 'WEBHOOK_SECRETS is not set: "tickless start" will make a secret in its data directory.')];
  const { path, text } = madeSecret;
  const remedy =
    'Put it back from a copy, or set WEBHOOK_SECRETS, or delete the file: then another is made, which receivers have to be told.';
  if (text === null) return [fault('secrets', `"${path}", which callbacks are signed with, can't be read.`, remedy)];
  if (WEBHOOK_SECRET.test(text.trim())) return [];
  return [fault('secrets', `"${path}" holds no secret to sign callbacks with${text.trim() === '' ? ': it is empty' : ''}.`, remedy)];
}

function checkMode({ path, mode }: SecretFile): readonly Finding[] {
  if (mode === null || (mode & OF_OTHERS) === 0) return [];
  const message = `"${path}" may be used by others than its owner (mode ${(mode & 0o777).toString(8)}).`;
  return [fault('secrets', message, `chmod 600 "${path}"; if others have an account here, replace what is in it, too.`)];
}
