import { createCatalog } from '../domain/catalog.ts';
import type { EventDefinition } from '../domain/define-event.ts';
import { createAnswer } from '../handlers/answer.ts';
import { serveHost } from '../handlers/hosts/serve-host.ts';
import { composeHandlerServices } from './handler-composition.ts';
import type { HandlerCompositionSettings } from './handler-composition.ts';

/** Runs the handlers of these types for the service that has started this process. */
export function runHost(definitions: readonly EventDefinition[]): void {
  const catalog = createCatalog(definitions);
  serveHost((settings) => ({
    resolve: catalog.find,
    answer: createAnswer(catalog),
    services: composeHandlerServices(settings as HandlerCompositionSettings),
  }));
}
