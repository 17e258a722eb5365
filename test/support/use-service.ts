import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { startReceiver } from './receiver.ts';
import type { Receiver } from './receiver.ts';
import { startTestService } from './service.ts';
import type { TestService } from './service.ts';

/** The service, for all tests of a file. */
export function useService(...options: Parameters<typeof startTestService>): TestService {
  let service: TestService | undefined;
  beforeAll(async () => {
    service = await startTestService(...options);
  });
  afterAll(() => service?.stop());
  return standIn(() => service);
}

/** A receiver of callbacks, another one for each test. */
export function useReceiver(): Receiver {
  let receiver: Receiver | undefined;
  beforeEach(async () => {
    receiver = await startReceiver();
  });
  afterEach(() => receiver?.close());
  return standIn(() => receiver);
}

/** Stands for what is started by the time that tests run. */
function standIn<T extends object>(current: () => T | undefined): T {
  return new Proxy({} as T, {
    get(_none, name): unknown {
      const started = current();
      if (started === undefined) throw new Error(`"${String(name)}" is asked for before it is started`);
      return Reflect.get(started, name);
    },
  });
}
