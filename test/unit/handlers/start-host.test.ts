import { EventEmitter } from 'node:events';
import { expect, it, vi } from 'vitest';
import { HostGone } from '../../../handlers/hosts/host-ended.ts';
import { startHost } from '../../../handlers/hosts/start-host.ts';
import { runsOf, typeWith } from './advance-samples.ts';

// As Node does where files have run out: there is neither a process nor a pipe, and an error comes after that.
const child = Object.assign(new EventEmitter(), { kill: () => false });
vi.mock('node:child_process', () => ({ spawn: () => child }));

it('has ended when its process couldn’t be started', async () => {
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const host = startHost({ program: [], environment: {}, settings: {}, memoryMb: 100, graceMs: 100, log });

  child.emit('error', new Error('spawn EMFILE'));
  child.emit('error', new Error('once more'));

  await expect(host.ready).rejects.toMatchObject({ end: { kind: 'exited' } });
  const runs = runsOf(
    1,
    typeWith(() => null),
  );
  const due = { runs, atOnce: 1, inOrder: false, goOn: 'until-it-waits', bounds: null, subject: null } as const;
  const port = { signal: new AbortController().signal, tell: () => undefined };
  await expect(host.advance(due, port, { isAlone: false })).rejects.toEqual(new HostGone());
});
