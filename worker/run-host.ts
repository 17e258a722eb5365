import { createAcceptFollowUps } from '../handlers/accept-follow-ups.ts';
import { createAnswer } from '../handlers/answer.ts';
import { frozenMiddleware } from '../handlers/frozen-middleware.ts';
import { resolveIn } from '../domain/handler-definition.ts';
import { createOpenEmitter } from '../handlers/create-open-emitter.ts';
import { serveHost } from '../handlers/hosts/serve-host.ts';
import { catalogOf } from '../project/check-config.ts';
import type { Config } from '../project/define-config.ts';
import { makeServices } from '../project/make-services.ts';
import { composeHandlerServices } from './handler-composition.ts';
import type { HandlerCompositionSettings } from './handler-composition.ts';

/** Runs the handlers of a config for the service that has started this process. */
export async function runHost(config: Config): Promise<void> {
  const catalog = catalogOf(config);
  const { services, dispose } = await makeServices(config, process.env);
  const answer = createAnswer(catalog);
  serveHost((given) => {
    const settings = given as HandlerCompositionSettings;
    return {
      resolve: resolveIn(catalog),
      use: frozenMiddleware(config.use ?? []),
      answer,
      openEmitter: createOpenEmitter(createAcceptFollowUps({ catalog, answer, settings: settings.accept, now: Date.now })),
      services: composeHandlerServices(settings, services),
    };
  }, dispose);
}
