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
      { tenant: 'acme', key, scopes: ['send', 'read', 'operate'] },
      { tenant: 'b-2', key: other, scopes: ['send', 'read', 'operate'] },
    ],
  });
});

it.each(['', ' ', ',', ' , \n', '# all of them are comments', '#acme:0123456789abcdef\n'])(
  'refuses "%s", by which the service would be open to everybody',
  (text) => {
    expect(parseApiKeys(text)).toEqual({ ok: false, reason: 'it is set, but has no key; unset it if no call shall need one' });
  },
);

it('refuses a file without keys', async () => {
  await withFile('# none yet\n\n', (file) => expect(parseApiKeys(file)).toMatchObject({ ok: false, reason: /has no key/ }));
});

it('refuses a file that is not there', () => {
  expect(parseApiKeys('/no/such/file')).toEqual({ ok: false, reason: 'the file "/no/such/file" can\'t be read' });
  // Perhaps keys after a slash too many, which are not repeated.
  expect(parseApiKeys('/acme:0123456789abcdef')).toEqual({
    ok: false,
    reason: 'the file that it names (a path begins with "/" or "./", keys with their tenant) can\'t be read',
  });
});

it('says no key that stands in its tenant’s place', () => {
  expect(parseApiKeys('0123456789abcdef:acme')).toEqual({
    ok: false,
    reason: 'the key of a tenant with a long name (each entry is tenant:key) is shorter than 16 characters',
  });
});

it.each([
  [`acme:${key},other:${key}`, 'one key is there twice, for tenant "acme" and for tenant "other"'],
  [`acme:${key}:read,acme:${key}:send`, 'one key is there twice, for tenant "acme" and for tenant "acme"'],
])('refuses one key given twice', (text, reason) => {
  expect(parseApiKeys(text)).toEqual({ ok: false, reason });
});

it.each([
  ['read', ['read']],
  ['send+read', ['send', 'read']],
  ['send+read+operate+admin', ['send', 'read', 'operate', 'admin']],
])('gives a key the scopes %s', (written, scopes) => {
  expect(parseApiKeys(`acme:${key}:${written}`)).toEqual({ ok: true, keys: [{ tenant: 'acme', key, scopes }] });
});

it.each(['', '+', 'write', 'read+', 'Read', 'read:send', other, 'read send'])(
  'refuses the scopes "%s", and repeats nothing that may be a secret',
  (written) => {
    const parsed = parseApiKeys(`acme:${key}:${written}`);
    expect(parsed).toEqual({
      ok: false,
      reason: 'after a key of tenant "acme" and a colon come scopes, as send+read: some of send, read, operate, admin',
    });
  },
);

it('gives a tenant two keys, so that one can be exchanged', () => {
  expect(parseApiKeys(`acme:${key},acme:${other}`)).toMatchObject({ ok: true, keys: [{ tenant: 'acme' }, { tenant: 'acme' }] });
});

it('reads a file with one key a line, with comments and blank lines', async () => {
  await withFile(`# ours\nacme:${key}\r\n\n  other:${other}:read\n`, (file) =>
    expect(parseApiKeys(file)).toEqual({
      ok: true,
      keys: [
        { tenant: 'acme', key, scopes: ['send', 'read', 'operate'] },
        { tenant: 'other', key: other, scopes: ['read'] },
      ],
    }),
  );
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

async function withFile(content: string, use: (file: string) => void): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'tickless-keys-'));
  try {
    const file = join(folder, 'keys');
    await writeFile(file, content);
    use(file);
  } finally {
    await rm(folder, { recursive: true });
  }
}
