import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { measureDeadNeighbour } from './callbacks/isolation.ts';
import { measureMemory } from './callbacks/memory.ts';
import { measureRates } from './callbacks/rates.ts';
import { measureSigning } from './callbacks/signing.ts';
import { machine } from './machine.ts';

// `npm run bench:callbacks`: what deliveries cost, and what a dead destination does to a healthy one.
const { values } = parseArgs({
  options: {
    // One part: the page keeps what it says of the others.
    only: { type: 'string' },
    deliveries: { type: 'string', default: '1000' },
    'in-flight': { type: 'string', default: '32' },
    rate: { type: 'string', default: '8' },
    rounds: { type: 'string', default: '1' },
    pending: { type: 'string', default: '1000' },
    out: { type: 'string', default: 'bench/callbacks.md' },
  },
});
const options = {
  deliveries: Number(values.deliveries),
  inFlight: Number(values['in-flight']),
  rate: Number(values.rate),
  rounds: Number(values.rounds),
  pending: Number(values.pending),
};
const PARTS: Readonly<Record<string, () => string | Promise<string>>> = {
  rates: () => measureRates(options),
  isolation: () => measureDeadNeighbour(options),
  signing: measureSigning,
  memory: () => measureMemory(options),
};
const INTRO = `# Callbacks, measured

Each row a new service with a fifth as many events of warm-up. These machines are shared and differ: compare ratios.
Repeat it with \`npm run bench:callbacks\`, or one part with \`-- --only=${Object.keys(PARTS).join('|')}\`.`;

if (values.only !== undefined && PARTS[values.only] === undefined) throw new Error(`--only is one of ${Object.keys(PARTS).join(', ')}`);

const [, ...before] = await readFile(values.out, 'utf8').then(
  (page) => page.trim().split(/\n\n(?=## )/),
  () => [],
);
const page: string[] = [INTRO];
for (const [index, [name, measure]] of Object.entries(PARTS).entries()) {
  const part = values.only === undefined || values.only === name ? await measureOrSay(measure) : (before[index] ?? '');
  page.push(part);
  process.stdout.write(`${part}\n\n`);
  // Whatever becomes of the next: a run takes long.
  await writeFile(values.out, `${[...page, ...before.slice(index + 1)].join('\n\n')}\n`);
}

async function measureOrSay(measure: () => string | Promise<string>): Promise<string> {
  try {
    return `${await measure()}\n\n${machine()}`;
  } catch (error) {
    process.exitCode = 1;
    return `## A part of this run failed\n\n${String(error)}`;
  }
}
