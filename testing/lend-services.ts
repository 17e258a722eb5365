import type { Services } from '../domain/handler-services.ts';
import { NotGivenError } from './not-given-error.ts';

/**
 * The services that a test gives. A handler that reads another one gets a NotGivenError that names it, instead of `undefined`. A service
 * that the test gives as `undefined` is `undefined`.
 * @param giver the function that the test gives its services to
 */
export function lendServices(given: Partial<Services>, giver: string): Services {
  const lent = new Proxy(given, {
    get(services, name) {
      if (name in services || typeof name === 'symbol' || ASKED_OF_ANY_OBJECT.has(name)) return Reflect.get(services, name);
      throw new NotGivenError(`the test gives no service "${name}": ${giver}({ services: { ${name} } })`);
    },
  });
  return lent as Services;
}

/** By `await` and `JSON.stringify`. */
const ASKED_OF_ANY_OBJECT: ReadonlySet<string> = new Set(['then', 'toJSON']);
