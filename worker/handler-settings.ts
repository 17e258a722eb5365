import { resolve } from 'node:path';
import type { Environment } from '../config/environment.ts';
import type { HandlerServices } from '../domain/handler-services.ts';
import type { ModelEndpoint } from '../events/sessions/session-services.ts';

export type HandlerSettings = Omit<HandlerServices, 'fetch'>;

/** What of the settings concerns handlers. */
export function handlerSettings(environment: Environment): HandlerSettings {
  const { TICKLESS_DATA, FILES_QUOTA_MB, LLM_URL, LLM_MODEL, LLM_API_KEY, TRANSCRIBER_URL, TRANSCRIBER_MODEL, TRANSCRIBER_API_KEY } =
    environment;
  return {
    dataDirectory: resolve(TICKLESS_DATA),
    services: {
      sessions: {
        filesQuotaBytes: FILES_QUOTA_MB === undefined ? null : FILES_QUOTA_MB * 1024 * 1024,
        languageModel: toEndpoint(LLM_URL, LLM_MODEL, LLM_API_KEY),
        transcriber: toEndpoint(TRANSCRIBER_URL, TRANSCRIBER_MODEL, TRANSCRIBER_API_KEY),
      },
    },
  };
}

function toEndpoint(url: string | undefined, model: string, apiKey: string | undefined): ModelEndpoint | null {
  return url === undefined ? null : { url, model, apiKey: apiKey ?? null };
}
