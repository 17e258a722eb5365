import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { verifyWebhook } from '../../client/verify-webhook.ts';
import type { AddCommand } from '../command-definition.ts';
import { parseHeaders } from '../parse-headers.ts';
import { parseNumber, readInput } from '../read-input.ts';
import type { Terminal } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';

interface VerifyOptions {
  readonly secret?: readonly string[];
  readonly headers?: string;
  readonly header?: readonly string[];
  readonly body: string;
  readonly tolerance: number;
}

export function verifyCommand(add: AddCommand): void {
  add<VerifyOptions>({
    usage: 'verify',
    description: "check a callback's signature, and say what is wrong with it",
    examples: [
      'verify --headers headers.txt --body body.json',
      'verify --header "webhook-id: …" "webhook-timestamp: …" "webhook-signature: v1,…" --tolerance 86400 < body.json',
    ],
    configure: (command) =>
      command
        .option('--headers <file>', 'the headers as they came, a line each, or as a JSON object; - for standard input')
        .option('--header <line...>', 'a header, as "name: value"')
        .option('--body <file>', 'the exact bytes that came; - for standard input', '-')
        .option('--secret <secrets...>', 'whsec_…; default: $WEBHOOK_SECRETS, else that of `npm start` in this folder')
        .option('--tolerance <seconds>', 'how old it may be', parseNumber, 300),
    async action({ terminal, print }, { secret, headers: file, header = [], body, tolerance }) {
      if (file === '-' && body === '-') throw new UsageError('headers and body cannot both come on standard input');
      const lines = file === undefined ? '' : (await readInput(file, terminal)).toString();
      const verification = await verifyWebhook({
        secrets: secret ?? (await findSecrets(terminal)),
        headers: { ...readHeaders(lines), ...parseHeaders(header.join('\n')) },
        body: await readInput(body, terminal),
        toleranceSeconds: tolerance,
      }).catch((error: Error) => Promise.reject(new UsageError(error.message)));
      print(verification, verification.ok ? `valid: ${verification.id}\n` : `not valid: ${verification.reason}\n`);
      return verification.ok ? 0 : 1;
    },
  });
}

function readHeaders(text: string): Readonly<Record<string, string>> {
  try {
    return parseHeaders(text);
  } catch (error) {
    throw new UsageError('the headers are no JSON object, although they begin like one', { cause: error });
  }
}

async function findSecrets({ environment }: Terminal): Promise<readonly string[]> {
  const configured = (environment['WEBHOOK_SECRETS'] ?? '').split(',').map((secret) => secret.trim());
  const given = configured.filter((secret) => secret !== '');
  if (given.length > 0) return given;
  const file = join(environment['TICKLESS_DATA'] || '.tickless', 'webhook-secret');
  const kept = await readFile(file, 'utf8').catch(() => null);
  if (kept === null) throw new UsageError('give the secret by --secret or WEBHOOK_SECRETS');
  return [kept.trim()];
}
