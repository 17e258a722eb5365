import type { LookupAddress } from 'node:dns';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type AddressGuard, createAddressGuard } from '../../../activities/callbacks/address-guard.ts';
import { createGuardedAgent, type GuardedAgentOptions } from '../../../activities/callbacks/guarded-agent.ts';
import { startReceiver } from '../../support/receiver.ts';
import { hostileLiterals } from './hostile-urls.ts';

const LOOPBACK: LookupAddress = { address: '127.0.0.1', family: 4 };
const PUBLIC: LookupAddress = { address: '93.184.216.34', family: 4 };
const PRIVATE: LookupAddress = { address: '10.0.0.1', family: 4 };

describe('createGuardedAgent', () => {
  const closed = createAddressGuard([]);
  const onLaptop = createAddressGuard(['127.0.0.0/8']);

  function createAgent(options: GuardedAgentOptions) {
    const agent = createGuardedAgent(options);
    onTestFinished(() => agent.destroy());
    return {
      get: async (url: string) => {
        const { origin } = new URL(url);
        const { statusCode, body } = await agent.request({ origin, path: '/', method: 'GET' });
        await body.dump();
        return statusCode;
      },
    };
  }

  async function receive() {
    const receiver = await startReceiver();
    onTestFinished(() => receiver.close());
    return receiver;
  }

  it.each(hostileLiterals)('refuses to connect to %s, even where nobody looked at the URL: %j', async (_what, url) => {
    const agent = createAgent({ guard: closed, lookup: () => Promise.reject(new Error('literals need no lookup')) });
    await expect(agent.get(url)).rejects.toMatchObject({ code: 'ERR_GUARDED' });
  });

  it('connects to an allowed literal', async () => {
    const { url } = await receive();
    expect(await createAgent({ guard: onLaptop }).get(url)).toBe(200);
  });

  it('resolves names by itself', async () => {
    const { port } = await receive();
    const guard = createAddressGuard(['127.0.0.0/8', '::1/128']);
    expect(await createAgent({ guard }).get(`http://localhost:${port}`)).toBe(200);
  });

  it('refuses localhost by its addresses', async () => {
    const receiver = await receive();
    await expect(createAgent({ guard: closed }).get(`http://localhost:${receiver.port}`)).rejects.toMatchObject({
      code: 'ERR_GUARDED',
      host: 'localhost',
    });
    expect(receiver.sockets.opened).toBe(0);
  });

  it('connects to the addresses it has checked', async () => {
    const receiver = await receive();
    const names: string[] = [];
    const lookup = async (hostname: string) => {
      names.push(hostname);
      return [LOOPBACK];
    };
    expect(await createAgent({ guard: onLaptop, lookup }).get(`http://receiver.test:${receiver.port}`)).toBe(200);
    expect(names).toEqual(['receiver.test']);
    expect(receiver.requests[0]?.headers.host).toBe(`receiver.test:${receiver.port}`);
  });

  it.each([
    ['first', [PRIVATE, PUBLIC]],
    ['last', [PUBLIC, PRIVATE]],
    ['mapped', [PUBLIC, { address: '::ffff:10.0.0.1', family: 6 }]],
    ['alone', [PRIVATE]],
  ])('refuses a name with a private address among its answers: %s', async (_where, addresses) => {
    const agent = createAgent({ guard: closed, lookup: async () => addresses });
    await expect(agent.get('http://mixed.test')).rejects.toMatchObject({ code: 'ERR_GUARDED', host: 'mixed.test' });
  });

  it('refuses a name that is rebound to a private address later', async () => {
    const receiver = await receive();
    const answers = [[LOOPBACK], [PRIVATE]];
    const agent = createAgent({ guard: onLaptop, lookup: async () => answers.shift() ?? [] });
    receiver.respond(() => ({ headers: { connection: 'close' } }));
    expect(await agent.get(`http://rebound.test:${receiver.port}`)).toBe(200);
    await expect(agent.get(`http://rebound.test:${receiver.port}`)).rejects.toMatchObject({ code: 'ERR_GUARDED' });
  });

  it.each([
    ['a name', 'receiver.test'],
    ['a literal', '127.0.0.1'],
  ])('checks the connected peer once more: %s', async (_what, host) => {
    const receiver = await receive();
    const asked: string[] = [];
    // Says yes before the connect and no after it, as if check and connect had seen different addresses.
    const guard: AddressGuard = { isAllowed: (address) => asked.push(address) === 1 };
    const agent = createAgent({ guard, lookup: async () => [LOOPBACK] });
    await expect(agent.get(`http://${host}:${receiver.port}`)).rejects.toMatchObject({ code: 'ERR_GUARDED' });
    await receiver.waitFor(() => receiver.sockets.opened === 1 && receiver.sockets.open === 0);
    expect(asked).toEqual(['127.0.0.1', '127.0.0.1']);
    expect(receiver.requests).toEqual([]);
  });

  it('tries the other addresses of a name when the first is dead', async () => {
    const { port } = await receive();
    // Nothing listens at the second loopback address.
    const lookup = async () => [{ address: '127.0.0.2', family: 4 }, LOOPBACK];
    expect(await createAgent({ guard: onLaptop, lookup }).get(`http://two.test:${port}`)).toBe(200);
  });

  it.each([
    ['an Error', Object.assign(new Error('no such name'), { code: 'ENOTFOUND' })],
    ['something else', 'no such name'],
  ])('passes on what the lookup throws: %s', async (_what, thrown) => {
    const agent = createAgent({ guard: closed, lookup: () => Promise.reject(thrown) });
    await expect(agent.get('http://gone.test')).rejects.toThrow('no such name');
  });

  it('fails on a name without addresses', async () => {
    await expect(createAgent({ guard: closed, lookup: async () => [] }).get('http://empty.test')).rejects.toMatchObject({
      code: 'ENOTFOUND',
    });
  });
});
