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
    'No engine answers at "engine:7233" (TEMPORAL_ADDRESS): Connection refused',
  );
});

it.each([
  [
    'tonic::transport::Error(Transport, ConnectError(ConnectError("tcp connect error", 127.0.0.1:1, Os { code: 111, kind: ConnectionRefused, message: "Connection refused" })))',
    'Connection refused',
  ],
  [
    'tonic::transport::Error(Transport, ConnectError(ConnectError("dns error", Custom { kind: Uncategorized, error: "failed to lookup address information: Name or service not known" })))',
    'failed to lookup address information: Name or service not known',
  ],
])('says what the SDK prints for programmers in its sentence alone', async (message, sentence) => {
  const connect = (): Promise<never> => Promise.reject(new TransportError(message));
  await expect(reachEngine({ ...common, connect, withinMs: 0 })).rejects.toThrow(
    `No engine answers at "engine:7233" (TEMPORAL_ADDRESS): ${sentence}`,
  );
});

it('does not try again what can’t work', async () => {
  let tries = 0;
  const connect = async (): Promise<never> => {
    tries += 1;
    throw new TypeError('no such certificate');
  };
  await expect(reachEngine({ ...common, connect })).rejects.toThrow(
    'No connection can be made to "engine:7233" (TEMPORAL_ADDRESS, as host:port): no such certificate',
  );
  expect(tries).toBe(1);
});
