import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import { environmentSchema, parseEnvironment } from '../../config/environment.ts';
import { loadWebhookSecrets } from '../../config/webhook-secrets.ts';
import { loadEnvFile } from '../../dev/load-env.mjs';
import { proof } from '../support/proof.ts';

const RUNS = proof({ reduced: 300, full: 10_000 });
const NAMES = Object.keys(environmentSchema.shape);
const KEY = '0123456789abcdef';

const piece = fc.oneof(
  fc.constantFrom(
    '"',
    "'",
    '`',
    '\\',
    '\n',
    '\r',
    '\u0000',
    '=',
    '#',
    '${HOME}',
    ',',
    ':',
    '~',
    '/',
    '-1',
    '1e999',
    'NaN',
    'export ',
    '\ud800',
    '5s',
    '10/1s',
    '0',
  ),
  fc.constantFrom('whsec_', KEY, `acme:${KEY}`, ':send+', 'high:1s', '10.0.0.0/99', '::1/128', 'http://', '[', '__proto__', 'constructor'),
  fc.string({ maxLength: 12 }),
);
const value = fc.array(piece, { maxLength: 5 }).map((pieces) => pieces.join(''));
const line = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.constantFrom(...NAMES), value).map(([name, text]) => `${name}=${text}`) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom('__proto__', 'constructor', '', ' ', 'é'), value).map(([name, text]) => `${name}=${text}`),
  },
  { weight: 1, arbitrary: value },
);
const text = fc.array(line, { maxLength: 4 }).map((lines) => lines.join('\n'));
const bytes = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.constantFrom('', '\ufeff'), text).map(([mark, all]) => Buffer.from(mark + all)) },
  { weight: 1, arbitrary: text.map((all) => Buffer.from(`\ufeff${all}`, 'utf16le')) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 80 }).map((all) => Buffer.from(all)) },
);

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'tickless-fuzz-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

/** What refuses a start is read by a person: which setting, where it is set, and nothing of how that was found out. */
function expectNamed(error: unknown, file: string): void {
  expect(error).toBeInstanceOf(Error);
  const { name, message } = error as Error;
  expect(name).toBe('Error');
  const [title, ...faults] = message.split('\n  ').filter((part) => part !== '');
  expect(title).toBe('The environment has faults:');
  expect(faults.length).toBeGreaterThan(0);
  expect(faults.some((fault) => NAMES.some((known) => fault.startsWith(`${known}: `)))).toBe(true);
  expect(message).toContain(`(`);
  expect(message).toContain(`set in "${file}")`);
  expect(message).not.toMatch(/^ +at |node_modules|ZodError/m);
  // Keys and secrets are in no message; the path of a file is, unless it may be keys.
  expect(message.match(/^ {2}(API_KEYS|WEBHOOK_SECRETS): (?!the file "[^:]*" can't be read).*0123456789abcdef/m)).toBeNull();
}

it('starts with an .env file of any text, or says which setting is wrong and where it is set', { timeout: 3_600_000 }, () => {
  const file = join(folder(), '.env');
  let taken = 0;
  fc.assert(
    fc.property(bytes, (content) => {
      writeFileSync(file, content);
      const environment: NodeJS.ProcessEnv = {};
      expect(loadEnvFile(file, environment)).toBeNull();
      try {
        parseEnvironment(environment);
        taken += 1;
      } catch (error) {
        expectNamed(error, file);
      }
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
  expect(taken).toBeGreaterThan(0);
  expect(taken).toBeLessThan(RUNS);
});

it('reads a file of keys with any text, or says that it is API_KEYS', { timeout: 3_600_000 }, () => {
  const file = join(folder(), 'keys');
  fc.assert(
    fc.property(bytes, (content) => {
      writeFileSync(file, content);
      try {
        const { API_KEYS } = parseEnvironment({ API_KEYS: file });
        expect(API_KEYS.length).toBeGreaterThan(0);
      } catch (error) {
        const { message } = error as Error;
        expect(message).toMatch(/^The environment has faults:\n {2}API_KEYS: .+\(set in .+\)$/s);
        expect(message).not.toContain(KEY);
      }
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
});

it('signs with what a file of secrets holds, or says which file holds none', { timeout: 3_600_000 }, async () => {
  const data = folder();
  const file = join(data, 'webhook-secret');
  await fc.assert(
    fc.asyncProperty(bytes, async (content) => {
      writeFileSync(file, content);
      const told = await loadWebhookSecrets([], data).catch((error: unknown) => error as Error);
      if (Array.isArray(told)) expect(told).toEqual([content.toString().trim()]);
      else expect((told as Error).message).toMatch(new RegExp(`^"${file}" holds no secret.*WEBHOOK_SECRETS.*delete the file`, 's'));
    }),
    { numRuns: Math.ceil(RUNS / 3), endOnFailure: true },
  );
});
