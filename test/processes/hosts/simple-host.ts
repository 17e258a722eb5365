import type { Due } from '../../../handlers/advance-port.ts';
import type { HostPoolOptions } from '../../../handlers/hosts/pool.ts';
import { runOf, typeWith } from '../../unit/handlers/advance-samples.ts';

// It does what the data of the first run says, and starts in no time.
const HOST = `
  const pipe = new (require('node:net').Socket)({ fd: 3 });
  const say = (message) => pipe.write(JSON.stringify(message) + '\\n');
  require('node:readline').createInterface({ input: pipe }).on('line', (line) => {
    const message = JSON.parse(line);
    if (message.kind === 'begin') return message.settings.isMute || say({ kind: 'ready' });
    if (message.kind !== 'advance') return;
    const { id, due: { runs } } = message;
    setInterval(() => say({ kind: 'beat' }), 100);
    const how = runs[0].event.data;
    if (how === 'answer') say({ kind: 'advanced', id, advanced: { runs: runs.map(() => null), change: null } });
    if (how === 'throw') say({ kind: 'thrown', id, error: { kind: 'other', name: 'Error', message: 'thrown there', stack: '' } });
    if (how === 'exit') process.exit(7);
    if (how === 'swell-later') {
      setTimeout(() => { globalThis.much = Buffer.alloc(400e6, 1); }, 100);
      say({ kind: 'advanced', id, advanced: { runs: [null], change: null } });
    }
  });
  pipe.on('close', () => process.exit());
`;

/** Of hosts that run no handlers: so that a pool can be tried quickly. */
export function simpleHosts(options: Partial<HostPoolOptions> = {}): HostPoolOptions {
  return {
    program: ['-e', HOST],
    environment: process.env,
    settings: {},
    memoryMb: 300,
    graceMs: 100,
    workerHosts: 1,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    ...options,
  };
}

const type = typeWith(() => null);

export function dueFor(how: 'answer' | 'throw' | 'exit' | 'swell-later' | 'hang'): Due {
  const runs = [runOf(type, { data: how })];
  return { runs, atOnce: 1, inOrder: false, goOn: 'until-it-waits', bounds: null, subject: null };
}

export function portTo(signal = new AbortController().signal) {
  return { signal, tell: () => undefined };
}
