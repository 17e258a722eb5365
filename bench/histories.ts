import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { WAYS } from '../test/histories/ways.ts';
import { countEvents } from './histories/count-events.ts';
import type { CountedHistory } from './histories/count-events.ts';

// `npm run bench:histories -- --from <folder>`: how many events, commands and markers each way of running leaves in the engine.
const { values } = parseArgs({
  options: { from: { type: 'string', default: 'test/histories' }, out: { type: 'string', default: 'bench/histories.md' } },
});
const recorded = (await readdir(values.from)).filter((name) => name.endsWith('.json')).map((name) => name.replace(/\.json$/, ''));
const histories = await Promise.all(
  Object.keys(WAYS)
    .filter((name) => recorded.includes(name))
    .map(async (name) => ({
      name,
      counts: countEvents(JSON.parse(await readFile(join(values.from, `${name}.json`), 'utf8')) as CountedHistory),
    })),
);
const page = `# What each way of running leaves in the engine

Events, completed workflow tasks, commands (events that are there because the workflow asked for something) and the markers among them, of one
recorded workflow each. These are counts, not times: they are the same on every machine, but for attempts and looks that depend on when something comes.
Record them anew and count them: \`npm run histories -- --into <folder>\`, then \`npm run bench:histories -- --from <folder>\`.

| history | shows | events | tasks | commands | markers |
|---|---|---|---|---|---|
${histories
  .map(({ name, counts }) => `| ${name} | ${WAYS[name]} | ${counts.events} | ${counts.tasks} | ${counts.commands} | ${counts.markers} |`)
  .join('\n')}

## By type

| history | events by type |
|---|---|
${histories.map(({ name, counts }) => `| ${name} | ${counts.byType.map(([type, count]) => `${count} ${type}`).join(', ')} |`).join('\n')}
`;
process.stdout.write(page);
await writeFile(values.out, page);
