import type { StandardSchemaV1 } from '@standard-schema/spec';
import { z } from 'zod';
import type { ModelEndpoint, SessionServices } from './session-services.ts';

export interface SessionSettings {
  /** Of all files that a tenant's events keep in the data directory. */
  readonly FILES_QUOTA_MB: number | undefined;
  readonly LLM_URL: string | undefined;
  readonly LLM_MODEL: string;
  readonly LLM_API_KEY: string | undefined;
  readonly TRANSCRIBER_URL: string | undefined;
  readonly TRANSCRIBER_MODEL: string;
  readonly TRANSCRIBER_API_KEY: string | undefined;
}

export const sessionSettings = {
  FILES_QUOTA_MB: z.coerce.number().int().min(1).optional(),
  LLM_URL: z.url().optional(),
  LLM_MODEL: z.string().default('gpt-4'),
  LLM_API_KEY: z.string().optional(),
  TRANSCRIBER_URL: z.url().optional(),
  TRANSCRIBER_MODEL: z.string().default('whisper-1'),
  TRANSCRIBER_API_KEY: z.string().optional(),
} satisfies { readonly [Name in keyof SessionSettings]: StandardSchemaV1<unknown, SessionSettings[Name]> };

/** What the handlers of sessions need of the settings. */
export function toSessionServices(settings: SessionSettings): SessionServices {
  const { FILES_QUOTA_MB, LLM_URL, LLM_MODEL, LLM_API_KEY, TRANSCRIBER_URL, TRANSCRIBER_MODEL, TRANSCRIBER_API_KEY } = settings;
  return {
    filesQuotaBytes: FILES_QUOTA_MB === undefined ? null : FILES_QUOTA_MB * 1024 * 1024,
    languageModel: toEndpoint(LLM_URL, LLM_MODEL, LLM_API_KEY),
    transcriber: toEndpoint(TRANSCRIBER_URL, TRANSCRIBER_MODEL, TRANSCRIBER_API_KEY),
  };
}

function toEndpoint(url: string | undefined, model: string, apiKey: string | undefined): ModelEndpoint | null {
  return url === undefined ? null : { url, model, apiKey: apiKey ?? null };
}
