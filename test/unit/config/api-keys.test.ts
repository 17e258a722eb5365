import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseApiKeys } from '../../../config/api-keys.ts';

const key = '0123456789abcdef';
const other = 'fedcba9876543210';

it('reads keys and their tenants, in order', () => {
  expect(parseApiKeys(`acme:${key}, b-2:${other}`)).toEqual({
    ok: true,
    keys: [
      { tenant: 'acme', key },
      { tenant: 'b-2', key: other },
    ],
  });
});

it('reads nothing as no keys', () => {
  expect(parseApiKeys(' , \n')).toEqual({ ok: true, keys: [] });
});

it('gives a tenant two keys, so that one can be exchanged', () => {
  expect(parseApiKeys(`acme:${key},acme:${other}`)).toMatchObject({ ok: true, keys: [{ tenant: 'acme' }, { tenant: 'acme' }] });
});

it('leaves colons to the key', () => {
  expect(parseApiKeys(`acme:a:${key}`)).toEqual({ ok: true, keys: [{ tenant: 'acme', key: `a:${key}` }] });
});

it('reads a file with one key a line, with comments and blank lines', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tickless-keys-'));
  const file = join(folder, 'keys');
  await writeFile(file, `# ours\nacme:${key}\r\n\n  other:${other}\n`);
  const parsed = parseApiKeys(file);
  await rm(folder, { recursive: true });
  expect(parsed).toEqual({
    ok: true,
    keys: [
      { tenant: 'acme', key },
      { tenant: 'other', key: other },
    ],
  });
});

it.each([[key], [`:${key}`], [`Acme:${key}`], [`-acme:${key}`], [`a_b:${key}`], [`${'a'.repeat(64)}:${key}`]])(
  'refuses "%s" for its tenant',
  (text) => {
    expect(parseApiKeys(text)).toEqual({ ok: false, reason: 'each key is written tenant:key, the tenant in a-z, 0-9 and -' });
  },
);

it('refuses a short key without repeating it', () => {
  expect(parseApiKeys(`acme:${key},weak:0123456789abcde`)).toEqual({
    ok: false,
    reason: 'the key of tenant "weak" is shorter than 16 characters',
  });
});
