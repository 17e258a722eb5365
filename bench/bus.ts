import { writeFile } from 'node:fs/promises';
import { arch, cpus, loadavg, platform, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import Emittery from 'emittery';
import { EventEmitter } from 'eventemitter3';
import mittModule from 'mitt';
import { z } from 'zod';
import { createBus } from '../bus/create-bus.ts';
import { defineEvent } from '../domain/define-event.ts';
import { median } from './quantiles.ts';
import { table } from './table.ts';

// `npm run bench:bus`: what an event costs in this process, beside emitters that do nothing else.
const { values } = parseArgs({ options: { rounds: { type: 'string', default: '9' }, out: { type: 'string', default: 'bench/bus.md' } } });
const rounds = Number(values.rounds);
const EVENTS = 20_000;
// As many as are emitted before anybody waits.
const BURST = 100;

const ticked = defineEvent({ type: 'ticked', data: z.object({ number: z.number() }), tier: 'normal' });
const unchecked = defineEvent({
  type: 'unchecked',
  data: { '~standard': { version: 1, vendor: 'none', validate: (value) => ({ value: value as { number: number } }) } },
  tier: 'normal',
});
const staged = defineEvent({ type: 'staged', data: z.object({ number: z.number() }), tier: 'normal', handler: () => null });

// Its types are of another module system than it is.
const mitt = mittModule as unknown as typeof mittModule.default;

let handled = 0;
const handler = (): void => {
  handled += 1;
};

interface Contender {
  readonly name: string;
  /** Emits one; what it returns is awaited where each is. */
  readonly emit: (data: { readonly number: number }) => unknown;
  readonly emitAndWait: (data: { readonly number: number }) => unknown;
  /** Resolves when all that were emitted have been handled. */
  readonly settled: () => unknown;
}

type Definition = typeof ticked | typeof unchecked | typeof staged;

function ours(name: string, definition: Definition, handlers: number): Contender {
  const bus = createBus();
  for (let index = 0; index < handlers; index += 1) bus.on(definition, () => handler());
  return {
    name,
    emit: (data) => bus.emit(definition, data),
    emitAndWait: (data) => bus.emitAndWait(definition, data),
    settled: () => bus.idle(),
  };
}

function contenders(handlers: number): readonly Contender[] {
  const emittery = new Emittery<{ ticked: { number: number } }>();
  const emitter3 = new EventEmitter();
  const mitter = mitt<{ ticked: { number: number } }>();
  for (let index = 0; index < handlers; index += 1) {
    emittery.on('ticked', () => handler());
    emitter3.on('ticked', () => handler());
    mitter.on('ticked', () => handler());
  }
  let last: Promise<void> = Promise.resolve();
  return [
    {
      name: 'emittery',
      emit: (data) => (last = emittery.emit('ticked', data)),
      emitAndWait: (data) => emittery.emit('ticked', data),
      settled: () => last,
    },
    ours('tickless', ticked, handlers),
    ours('tickless, a schema that checks nothing', unchecked, handlers),
    ours('tickless, a type with a stage of its own', staged, handlers),
    {
      name: 'eventemitter3',
      emit: (data) => emitter3.emit('ticked', data),
      emitAndWait: (data) => emitter3.emit('ticked', data),
      settled: () => undefined,
    },
    {
      name: 'mitt',
      emit: (data) => mitter.emit('ticked', data),
      emitAndWait: (data) => mitter.emit('ticked', data),
      settled: () => undefined,
    },
  ];
}

/** Nanoseconds of the processor an event, to the end of its handlers. */
async function measure(events: number, handlers: number, play: () => Promise<void>): Promise<number> {
  handled = 0;
  const before = process.cpuUsage();
  await play();
  const { user, system } = process.cpuUsage(before);
  if (handled !== events * handlers) throw new Error(`${handled} of ${events * handlers} calls were made`);
  return ((user + system) * 1e3) / events;
}

async function inBursts({ emit, settled }: Contender): Promise<void> {
  for (let number = 0; number < EVENTS; number += BURST) {
    for (let within = 0; within < BURST; within += 1) void emit({ number: number + within });
    await settled();
  }
}

async function oneByOne({ emitAndWait }: Contender): Promise<void> {
  for (let number = 0; number < EVENTS; number += 1) await emitAndWait({ number });
}

const loadBefore = loadavg()[0]?.toFixed(1);
const rows = new Map<number, string[][]>();
for (const handlers of [1, 10]) {
  const byName = new Map(contenders(handlers).map(({ name }) => [name, [name]]));
  rows.set(handlers, [...byName.values()]);
  for (const play of [inBursts, oneByOne]) {
    const all = contenders(handlers).map((contender) => ({ contender, figures: [] as number[] }));
    // In turn, so that what else the machine does meets all of them; the first round warms up.
    for (let round = 0; round <= rounds; round += 1) {
      for (const { contender, figures } of all) {
        const ns = await measure(EVENTS, handlers, () => play(contender));
        if (round > 0) figures.push(ns);
      }
    }
    const base = median(all[0]?.figures ?? []);
    for (const { contender, figures } of all) {
      const ns = median(figures);
      byName.get(contender.name)?.push(String(Math.round(ns)), (ns / base).toFixed(2));
    }
  }
}

const tables = [1, 10].map(
  (handlers) => `## ${handlers === 1 ? 'One handler' : `${handlers} handlers`}

${table(['', 'not awaited, ns', 'of emittery’s', 'each awaited, ns', 'of emittery’s'], rows.get(handlers) ?? [])}`,
);
const model = cpus()[0]?.model.trim() ?? 'unknown';
const page = `# The bus in a process

${cpus().length} cores (${model}, ${platform()} ${arch()}, ${Math.round(totalmem() / 2 ** 30)} GiB), Node ${process.version}, ${new Date().toISOString().slice(0, 10)}. The machine’s load average was ${loadBefore} before.

What an event costs of the processor, to the end of its handlers, in nanoseconds: medians of ${rounds} rounds of ${EVENTS} events, all in turn, after one round that warms up. The handlers count, and do nothing
else. *Not awaited*: ${BURST} are emitted in a row (\`emit\`), then it waits until all are handled. *Each awaited*: the next is emitted when all handlers of the last have ended (\`emitAndWait\`, which for emittery
is \`emit\`).

${tables.join('\n\n')}

- eventemitter3 and mitt call handlers inside \`emit\`, so that there is nothing to wait for: no promises, no errors as values, no bounds.
- A type’s own stages, and handlers with retries or a timeout, go through the loop that the service runs: attempts, timeouts and results as JSON have their price.
`;
await writeFile(values.out, page);
process.stdout.write(page);
