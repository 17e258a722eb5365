import { openAsBlob } from 'node:fs';
import { basename } from 'node:path';
import { z } from 'zod';
import { PermanentError, RetryLaterError } from 'tickless';
import type { ModelEndpoint } from './session-services.ts';

export interface ModelRequest {
  readonly instruction: string;
  readonly text: string;
  readonly signal: AbortSignal;
}

const TEMPERATURE = 0.7;
const MAX_TOKENS = 4_000;
const ANSWER_TIMEOUT_MS = 5 * 60_000;
const TRANSCRIPT_TIMEOUT_MS = 30 * 60_000;
const PATIENCE_MS = 10_000;

const completion = z.object({ choices: z.array(z.object({ message: z.object({ content: z.string().min(1) }) })).min(1) });
const transcription = z.object({ text: z.string() });

/** Asks an OpenAI-compatible endpoint. @throws PermanentError `model_refused`; RetryLaterError; Error for what may pass */
export async function askModel(endpoint: ModelEndpoint, { instruction, text, signal }: ModelRequest): Promise<string> {
  const body = JSON.stringify({
    model: endpoint.model,
    temperature: TEMPERATURE,
    max_tokens: MAX_TOKENS,
    messages: [
      { role: 'system', content: instruction },
      { role: 'user', content: text },
    ],
  });
  const headers = { 'content-type': 'application/json' };
  const answer = await call(
    endpoint,
    '/chat/completions',
    { body, headers },
    AbortSignal.any([signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]),
  );
  return understood(completion, answer)
    .choices.map(({ message }) => message.content)
    .join('\n');
}

/** Has a sound or video file written down; errors as above. */
export async function transcribe(endpoint: ModelEndpoint, path: string, language: string, signal: AbortSignal): Promise<string> {
  const body = new FormData();
  body.set('model', endpoint.model);
  body.set('language', language);
  body.set('file', await openAsBlob(path), basename(path));
  const answer = await call(
    endpoint,
    '/audio/transcriptions',
    { body },
    AbortSignal.any([signal, AbortSignal.timeout(TRANSCRIPT_TIMEOUT_MS)]),
  );
  return understood(transcription, answer).text;
}

async function call(
  { url, apiKey }: ModelEndpoint,
  path: string,
  { body, headers = {} }: { readonly body: string | FormData; readonly headers?: Readonly<Record<string, string>> },
  signal: AbortSignal,
): Promise<unknown> {
  const authorization = apiKey === null ? {} : { authorization: `Bearer ${apiKey}` };
  const response = await fetch(url.replace(/\/$/, '') + path, { method: 'POST', body, signal, headers: { ...headers, ...authorization } });
  // What isn't JSON is as little understood as any other shape.
  if (response.ok) return response.json().catch(() => null);
  await response.body?.cancel();
  const message = `the model's endpoint answered ${response.status} to ${path}`;
  if (response.status === 429 || response.status === 503) {
    const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
    throw new RetryLaterError(Number.isFinite(seconds) ? seconds * 1_000 : PATIENCE_MS, message);
  }
  throw response.status >= 500 ? new Error(message) : new PermanentError('model_refused', message);
}

function understood<Output>(schema: z.ZodType<Output>, answer: unknown): Output {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw new Error("the model's endpoint gave an answer of another shape than OpenAI's");
}
