import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));

// The one way to the clock that the linter has no rule for; `new Date(atMs)` is none.
const CURRENT_TIME = /\bDate\(\)|\bnew Date\b(?!\()/;

it.each(['const at = new Date();', 'const at = Date();', 'const at = new Date;'])('takes "%s" for a look at the clock', (line) => {
  expect(line).toMatch(CURRENT_TIME);
});

it.each(['domain', 'temporal/durable', 'events/life/rules'])('has no look at the clock in %s', (folder) => {
  const files = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  expect(files.length).toBeGreaterThan(4);
  expect(files.filter((file) => CURRENT_TIME.test(readFileSync(join(root, folder, file), 'utf8')))).toEqual([]);
});
