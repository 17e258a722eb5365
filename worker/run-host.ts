import { createCatalog } from '../domain/catalog.ts';
import type { EventDefinition } from '../domain/define-event.ts';
import { createAnswer } from '../handlers/answer.ts';
import { serveHost } from '../handlers/hosts/serve-host.ts';
import { composeHandlerServices } from './handler-composition.ts';
import type { HandlerCompositionSettings } from './handler-composition.ts';

/** What a project's config has made for its handlers. */
interface OwnServices {
  readonly dispose?: () => unknown;
}

/** Runs the handlers of these types for the service that has started this process. */
export function runHost(definitions: readonly EventDefinition[], own: OwnServices = {}): void {
  const catalog = createCatalog(definitions);
  const { dispose, ...services } = own;
  serveHost(
    (settings) => ({
      resolve: catalog.find,
      answer: createAnswer(catalog),
      services: composeHandlerServices(settings as HandlerCompositionSettings, services),
    }),
    async () => void (await dispose?.()),
  );
}
