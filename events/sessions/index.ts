import type { Plugin } from 'tickless';
import { createSessionFormats } from './callback-formats.ts';
import { neededScope } from './older/needed-scope.ts';
import { createReadDocument } from './read-document.ts';
import { createSessionStore } from './session-files.ts';
import { session } from './session.ts';
import { sessionSettings, toSessionServices } from './session-settings.ts';
import type { SessionSettings } from './session-settings.ts';

/** Conference talks, each made one document (docs/sessions.md), and the routes of their older clients (docs/older-routes.md). */
export function sessions(): Plugin<SessionSettings> {
  return {
    name: 'sessions',
    events: [session],
    settings: sessionSettings,
    secrets: ['LLM_API_KEY', 'TRANSCRIBER_API_KEY'],
    services: (settings) => ({ sessions: toSessionServices(settings) }),
    callbackFormats: ({ dataDirectory }) => createSessionFormats(createReadDocument(dataDirectory)),
    authenticate(request) {
      const key = request.headers.get('x-secretary-api-key');
      return key === null ? null : { key };
    },
    neededScope,
    // Processes for handlers have no use for them.
    async routes(app, core) {
      const { olderRoutes } = await import('./older/routes.ts');
      const { dataDirectory } = core;
      olderRoutes(app, core, { readDocument: createReadDocument(dataDirectory), sessionStore: createSessionStore(dataDirectory) });
    },
  };
}
