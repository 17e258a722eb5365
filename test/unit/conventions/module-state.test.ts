import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));

// What a module keeps is shared by all workflows of a process (worker/workflow-bundle.ts), and differs at a replay.
const VARIABLE = /^(export )?(let|var) /;
const COLLECTION = /^(export )?const \w+(: (?!Readonly|readonly )[^=]+)? = (new (Weak)?(Map|Set)\b|\[|\{\};)/;
const STATEFUL_PATTERN = /^(export )?const \w+[^=]* = \/.*\/[a-z]*[gy]/;

function keepsState(line: string): boolean {
  const isConstant = line.endsWith('as const;') || line.includes('ReadonlySet') || line.includes('ReadonlyMap');
  return VARIABLE.test(line) || STATEFUL_PATTERN.test(line) || (COLLECTION.test(line) && !isConstant);
}

it.each([
  'let mailbox = 0;',
  'export let next = 1;',
  'const seen = new Map<string, number>();',
  'export const runs: Map<string, number> = new Map();',
  'const waiting: string[] = [];',
  'const cache = {};',
  'const WORD = /[a-z]+/g;',
])('takes "%s" for state', (line) => {
  expect(keepsState(line)).toBe(true);
});

it.each(['workflows', 'domain', 'temporal/durable'])('has no module in %s that keeps state', (folder) => {
  const files = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  expect(files.length).toBeGreaterThan(4);
  const found = files.flatMap((file) =>
    readFileSync(join(root, folder, file), 'utf8')
      .split('\n')
      .filter(keepsState)
      .map((line) => `${folder}/${file}: ${line}`),
  );
  expect(found).toEqual([]);
});
