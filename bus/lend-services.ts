import type { HandlerServices, Services } from '../domain/handler-services.ts';
import type { BusOptions, MadeServices } from './bus.ts';

export interface LentServices {
  /** @throws what the function threw that makes them */
  readonly lent: () => HandlerServices;
  /** Resolves when they are there, or can't be; null where they are from the beginning. */
  readonly ready: Promise<void> | null;
  dispose(): Promise<void>;
}

/** @param onError told where they can't be made */
export function lendServices(
  { services = {} as Services, fetch = cannotFetch, dataDirectory = '.tickless' }: BusOptions,
  onError: (error: unknown) => void,
): LentServices {
  const lend = (made: Services): HandlerServices => ({ services: made, fetch, dataDirectory });
  if (typeof services !== 'function') {
    const given = lend(services);
    return { lent: () => given, ready: null, dispose: async () => undefined };
  }
  let lent = (): HandlerServices => {
    throw new Error('the services are not there yet');
  };
  const making = make(services);
  return { lent: () => lent(), ready: making.then(() => undefined), dispose: async () => void (await (await making)?.dispose?.()) };

  async function make(maker: () => MadeServices | Promise<MadeServices>): Promise<MadeServices | null> {
    try {
      const made = await maker();
      const given = lend(made);
      lent = () => given;
      return made;
    } catch (error) {
      onError(error);
      lent = () => {
        throw error;
      };
      return null;
    }
  }
}

function cannotFetch(): Promise<never> {
  return Promise.reject(new Error('this bus has nothing to fetch with: createBus({ fetch })'));
}
