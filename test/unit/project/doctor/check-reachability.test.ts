import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { checkReachability } from '../../../../project/doctor/check-reachability.ts';

const LOOPBACK = ['127.0.0.0/8', '::1/128'];

it('connects to an address that is opened, and sends nothing', async () => {
  const received: Buffer[] = [];
  const server = createServer((socket) => void socket.on('data', (bytes) => received.push(bytes)).on('error', () => undefined));
  const closed = new Promise((resolve) => server.once('connection', (socket) => socket.once('close', resolve)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;

  const finding = await checkReachability({ url: `http://127.0.0.1:${port}/hook`, check: 'callback', allowCidrs: LOOPBACK });

  await closed;
  expect(finding).toMatchObject({ level: 'ok', message: `http://127.0.0.1:${port} is reached, at 127.0.0.1.` });
  expect(received).toEqual([]);
});

it('says that nobody listens', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));

  const finding = await checkReachability({ url: `http://127.0.0.1:${port}/`, check: 'callback', allowCidrs: LOOPBACK });

  expect(finding).toMatchObject({ level: 'fault', message: expect.stringMatching(/can't be reached from here: .*ECONNREFUSED/) });
});

it.each([
  ['http://127.0.0.1/', '"127.0.0.1" is not a public address'],
  ['http://[::1]/', '"[::1]" is not a public address'],
  ['http://2130706433/', '"127.0.0.1" is not a public address'],
  ['ftp://example.com/', 'the URL must be http or https'],
  ['example.com', 'this is not a URL'],
])('refuses %s as the service does', async (url, reason) => {
  expect(await checkReachability({ url, check: 'callback', allowCidrs: [] })).toMatchObject({
    level: 'fault',
    message: expect.stringContaining(reason),
  });
});

it('says to which address a name leads that the guard refuses', async () => {
  // Of the two addresses that the name may have, one alone is opened.
  const finding = await checkReachability({ url: 'http://localhost:9/', check: 'callback', allowCidrs: ['::1/128'] });

  expect(finding).toMatchObject({ level: 'fault', message: expect.stringContaining('"localhost" leads to "127.0.0.1"') });
});
