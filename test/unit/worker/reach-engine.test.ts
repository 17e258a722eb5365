import { TransportError } from '@temporalio/worker';
import { expect, it } from 'vitest';
import { createLogger } from '../../../config/logger.ts';
import { reachEngine } from '../../../worker/reach-engine.ts';

const common = { address: 'engine:7233', logger: createLogger('silent') };

it('waits for an engine that is starting', async () => {
  const answers = [new TransportError('Connection refused'), new TransportError('Frontend is not healthy yet')];
  const connect = async (): Promise<string> => {
    const error = answers.shift();
    if (error) throw error;
    return 'connected';
  };
  expect(await reachEngine({ ...common, connect })).toBe('connected');
});

it('says where it has looked when nothing answers in time', async () => {
  const connect = (): Promise<never> => Promise.reject(new TransportError('Connection refused'));
  await expect(reachEngine({ ...common, connect, withinMs: 0 })).rejects.toThrow(
    'No engine answers at engine:7233 (TEMPORAL_ADDRESS): Connection refused',
  );
});

it('does not try again what can’t work', async () => {
  let tries = 0;
  const connect = async (): Promise<never> => {
    tries += 1;
    throw new TypeError('no such certificate');
  };
  await expect(reachEngine({ ...common, connect })).rejects.toThrow('no such certificate');
  expect(tries).toBe(1);
});
