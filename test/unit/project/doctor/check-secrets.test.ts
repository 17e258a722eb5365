import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { checkSecrets } from '../../../../project/doctor/check-secrets.ts';
import type { SecretsState } from '../../../../project/doctor/check-secrets.ts';
import { readSecrets } from '../../../../project/doctor/read-secrets.ts';

const SECRET = `whsec_${Buffer.alloc(32, 'a').toString('base64')}`;
const OTHER = `whsec_${Buffer.alloc(32, 'b').toString('base64')}`;
const NONE: SecretsState = { webhookSecrets: undefined, apiKeys: [], madeSecret: null, apiKeyFile: null, isExternal: false };

function keyed(key: string): SecretsState {
  return { ...NONE, webhookSecrets: SECRET, apiKeys: [{ tenant: 'acme', key, scopes: ['send'] }] };
}

function made(text: string | null, mode: number | null = 0o100600): SecretsState {
  return { ...NONE, madeSecret: { path: '/data/webhook-secret', text, mode } };
}

const cases: readonly (readonly [string, SecretsState, readonly string[]])[] = [
  ['none, where one is made', NONE, ['ok']],
  ['none, where several processes need the same', { ...NONE, isExternal: true }, ['fault']],
  ['a made one, where several processes need the same', { ...made(`${SECRET}\n`), isExternal: true }, ['warning']],
  ['two that are well formed', { ...NONE, webhookSecrets: `${SECRET}, ${OTHER}` }, ['ok']],
  ['one that is there twice', { ...NONE, webhookSecrets: `${SECRET},${SECRET}` }, ['warning']],
  ['one in quotes', { ...NONE, webhookSecrets: `"${SECRET}"` }, ['fault']],
  ['one of two that is empty', { ...NONE, webhookSecrets: `${SECRET},` }, ['fault']],
  ['one that is an API key', keyed(SECRET), ['fault']],
  ['one that is an API key but for its prefix', keyed(SECRET.slice('whsec_'.length)), ['fault']],
  ['one beside another API key', keyed('0123456789abcdef'), ['ok']],
  ['a made one', made(`${SECRET}\n`), ['ok']],
  ['a made one where there are no permissions', made(SECRET, null), ['ok']],
  ['a made one that is empty', made('\n'), ['fault']],
  ['a made one that can not be read', made(null), ['fault']],
  ['a made one that others can read', made(SECRET, 0o100640), ['fault']],
  ['an API key file that others can read', { ...NONE, apiKeyFile: { path: '/keys', text: '', mode: 0o100604 } }, ['ok', 'fault']],
];

it.each(cases)('judges %s', (_name, state, levels) => {
  const findings = checkSecrets(state);

  expect(findings.map(({ level }) => level)).toEqual(levels);
  expect(JSON.stringify(findings)).not.toContain(SECRET.slice('whsec_'.length));
});

it('reads the files that there are, and their permissions', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tickless-doctor-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'webhook-secret'), SECRET, { mode: 0o600 });
  writeFileSync(join(folder, 'keys'), 'acme:0123456789abcdef');
  chmodSync(join(folder, 'keys'), 0o644);
  const variables = { WEBHOOK_SECRETS: '', API_KEYS: join(folder, 'keys') };

  const state = readSecrets({ settings: {}, variables, dataDirectory: folder, isExternal: false });
  const elsewhere = readSecrets({ settings: {}, variables: {}, dataDirectory: join(folder, 'keys', 'data'), isExternal: false });

  expect(state).toMatchObject({ webhookSecrets: undefined, madeSecret: { text: SECRET } });
  expect((state.madeSecret?.mode ?? 0) & 0o777).toBe(0o600);
  expect((state.apiKeyFile?.mode ?? 0) & 0o777).toBe(0o644);
  expect(elsewhere).toMatchObject({ madeSecret: null, apiKeyFile: null });
});
