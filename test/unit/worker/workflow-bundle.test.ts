import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { bundledSources } from '../../../worker/workflow-bundle.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

it('tells bundles apart by every file that workflows import, so that a change of none of them is missed', async () => {
  const reached = importedFrom('workflows/index.ts');

  expect(reached.size).toBeGreaterThan(50);
  expect(await bundledSources()).toEqual(expect.arrayContaining([...reached]));
});

/** A file and all of ours that it imports, and so on. */
function importedFrom(file: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const text = readFileSync(join(root, file), 'utf8');
  for (const [, path = ''] of text.matchAll(/ from '(\.[^']+)'/g)) importedFrom(normalize(join(dirname(file), path)), seen);
  return seen;
}
