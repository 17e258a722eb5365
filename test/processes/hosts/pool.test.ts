import { expect, it, onTestFinished } from 'vitest';
import { createGuardedAdvance } from '../../../handlers/hosts/guarded-advance.ts';
import { HostGone } from '../../../handlers/hosts/host-ended.ts';
import { createHostPool } from '../../../handlers/hosts/pool.ts';
import type { HostPool, HostPoolOptions } from '../../../handlers/hosts/pool.ts';
import { Stopped } from '../../../handlers/stopped.ts';
import { hostFromSource } from '../../../worker/host-program.ts';
import { until } from '../../support/until.ts';
import { dueFor, portTo, simpleHosts } from './simple-host.ts';

async function openPool(options: Partial<HostPoolOptions> = {}): Promise<HostPool> {
  const pool = createHostPool(simpleHosts(options));
  onTestFinished(() => pool.close());
  await pool.ready;
  return pool;
}

it('hands out no host that was killed, though its process is not gone yet', async () => {
  const pool = await openPool();
  const killed = await pool.shared('inline');
  killed.kill({ kind: 'closed' });

  const other = await pool.shared('inline');

  expect(other.pid).not.toBe(killed.pid);
  await expect(killed.advance(dueFor('answer'), portTo(), { isAlone: false })).rejects.toEqual(new HostGone());
});

it('blames nobody who was given to a host that was being ended', async () => {
  const pool = await openPool();
  const killed = await pool.shared('inline');
  killed.kill({ kind: 'closed' });
  let given = 0;
  const advance = createGuardedAdvance({ ...pool, shared: (kind) => ((given += 1) === 1 ? Promise.resolve(killed) : pool.shared(kind)) });

  expect(await advance(dueFor('answer'), portTo())).toEqual({ runs: [null], change: null });
  expect(given).toBe(2);
});

it('says that it stops once it is closed', async () => {
  const pool = await openPool();
  await pool.close();

  await expect(pool.shared('inline')).rejects.toEqual(new Stopped('shutdown'));
});

it('ends a host in which something was alone that has thrown', async () => {
  const pool = await openPool();
  let pid = 0;
  const work = pool.alone({ kind: 'inline', isFresh: true, signal: portTo().signal }, (host) => {
    pid = host.pid;
    return host.advance(dueFor('throw'), portTo(), { isAlone: true });
  });

  await expect(work).rejects.toThrow('thrown there');

  await until('its process has ended', async () => !pool.pids().includes(pid));
});

it('begins nothing that is to stop already', async () => {
  const pool = await openPool();
  const host = await pool.shared('inline');
  const stopped = AbortSignal.abort(new Stopped('shutdown'));

  await expect(host.advance(dueFor('exit'), portTo(stopped), { isAlone: false })).rejects.toEqual(new Stopped('shutdown'));

  expect(host.inFlight()).toBe(0);
});

it('lets what somebody waits for be alone, however many stages of workers are', async () => {
  const pool = await openPool();
  const stop = new AbortController();
  const heavy = [1, 2, 3].map(() =>
    pool.alone({ kind: 'worker', isFresh: false, signal: stop.signal }, (host) =>
      host.advance(dueFor('hang'), portTo(), { isAlone: true }),
    ),
  );
  const ended = Promise.allSettled(heavy);

  const { runs } = await pool.alone({ kind: 'inline', isFresh: false, signal: portTo().signal }, (host) =>
    host.advance(dueFor('answer'), portTo(), { isAlone: true }),
  );

  expect(runs).toEqual([null]);
  stop.abort(new Stopped('shutdown'));
  await expect(heavy[2]).rejects.toEqual(new Stopped('shutdown'));
  await pool.close();
  await ended;
});

it('ends a host that does not become ready in time', async () => {
  const pool = createHostPool(simpleHosts({ settings: { isMute: true }, readyWithinMs: 200 }));
  onTestFinished(() => pool.close());

  await expect(pool.ready).rejects.toMatchObject({ end: { kind: 'unready' } });
});

it('hears of a host whose program can’t begin', async () => {
  const program = hostFromSource('test/support/failing-host-main.ts');
  const pool = createHostPool(simpleHosts({ program }));
  onTestFinished(() => pool.close());

  await expect(pool.ready).rejects.toMatchObject({ end: { kind: 'exited', code: 1 } });
});

it('ends a host that has too much memory, though nothing is in flight there', async () => {
  const pool = await openPool();
  const host = await pool.shared('inline');
  await host.advance(dueFor('swell-later'), portTo(), { isAlone: false });

  expect(await host.ended).toMatchObject({ kind: 'memory' });
});

it('replaces a spare host that has ended', async () => {
  const pool = await openPool();
  const [spare] = pool.pids();
  if (spare === undefined) throw new Error('there is no spare host');
  process.kill(spare, 'SIGKILL');

  await until('there is another', async () => pool.pids().some((pid) => pid !== spare));
});
