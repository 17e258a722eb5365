import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listensOn } from '../../../engine/listens-on.ts';
import { choosePorts, findFreePort } from '../../../engine/ports.ts';

describe('choosePorts', () => {
  it('takes the preferred ports when they are free', async () => {
    const preferred = { server: await findFreePort(), ui: await findFreePort() };
    expect(await choosePorts(preferred)).toEqual(preferred);
  });

  it('takes others for those that are taken', async () => {
    const taken = await findFreePort();
    await listen(taken);
    const preferred = { server: taken, ui: await findFreePort() };
    const chosen = await choosePorts(preferred);
    expect(chosen.ui).toBe(preferred.ui);
    expect(chosen.server).not.toBe(taken);
    await listen(chosen.server);
  });

  it('never gives both the same port', async () => {
    const port = await findFreePort();
    const chosen = await choosePorts({ server: port, ui: port });
    expect(chosen.server).toBe(port);
    expect(chosen.ui).not.toBe(port);
  });

  it('chooses for 0', async () => {
    const { server, ui } = await choosePorts({ server: 0, ui: 0 });
    expect(server).toBeGreaterThan(0);
    expect(ui).toBeGreaterThan(0);
    expect(ui).not.toBe(server);
  });
});

describe('findFreePort', () => {
  it('does not give the same port again soon', async () => {
    const ports = await Promise.all(Array.from({ length: 50 }, findFreePort));
    expect(new Set(ports).size).toBe(50);
  });
});

describe.runIf(process.platform === 'linux')('listensOn', () => {
  it('knows whose port it is', async () => {
    const port = await findFreePort();
    const own = { pid: process.pid, startTime: '' };
    expect(listensOn(own, port)).toBe(false);
    await listen(port);
    expect(listensOn(own, port)).toBe(true);
    expect(listensOn({ pid: process.ppid, startTime: '' }, port)).toBe(false);
  });

  it('knows nothing of a process that is not there', () => {
    expect(listensOn({ pid: 4_194_305, startTime: '' }, 1)).toBe(false);
  });
});

async function listen(port: number): Promise<Server> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return server;
}
