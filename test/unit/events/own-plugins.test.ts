import { expect, it } from 'vitest';
import type { Core } from '../../../api/core.ts';
import { life } from '../../../events/life/index.ts';
import { sessions } from '../../../events/sessions/index.ts';
import { compose } from '../../../project/compose.ts';
import { makeServices } from '../../../project/make-services.ts';
import config from '../../../tickless.config.ts';

const context = { settings: {}, dataDirectory: '.' };

function settingsOf(name: string, variables: Readonly<Record<string, string>>): unknown {
  return compose(config, variables).plugins.find(({ plugin }) => plugin.name === name)?.context.settings;
}

it.each([
  ['1s', 1_000],
  ['', undefined],
] as const)('has the engine send the tick that LIFE_TICK=%s asks for', async (text, everyMs) => {
  const told: unknown[] = [];
  const core = { settings: settingsOf('life', { LIFE_TICK: text }), tick: async (...given: unknown[]) => void told.push(given) };
  await life().start?.(core as unknown as Core<{ readonly LIFE_TICK: number | undefined }>);
  expect(told).toEqual([[{ subjectType: 'life', eventType: 'life.tick' }, everyMs]]);
});

it.each(['soon', '10ms'])('refuses LIFE_TICK=%s', (text) => {
  expect(() => compose(config, { LIFE_TICK: text })).toThrow(/LIFE_TICK: /);
});

it('takes types that nobody knows for "unknown", where that is asked for', () => {
  expect(compose(config, { UNKNOWN_TYPES: 'life' }).otherTypes?.type).toBe('unknown');
});

it('lends sessions the models that the environment names, and nothing where it names none', async () => {
  const variables = { FILES_QUOTA_MB: '2', LLM_URL: 'http://llm/v1', LLM_API_KEY: 'k-1', TRANSCRIBER_MODEL: 'w' };
  expect((await makeServices(config, variables)).services).toEqual({
    sessions: {
      filesQuotaBytes: 2 * 1024 * 1024,
      languageModel: { url: 'http://llm/v1', model: 'gpt-4', apiKey: 'k-1' },
      transcriber: null,
    },
  });
  expect((await makeServices(config, {})).services).toEqual({
    sessions: { filesQuotaBytes: null, languageModel: null, transcriber: null },
  });
});

it('never says what a key of a model is', () => {
  expect(() => compose(config, { LLM_URL: 'here', LLM_API_KEY: 'k-1', TRANSCRIBER_API_KEY: 'k-2' })).toThrow(
    /^(?![^]*k-\d)[^]*LLM_URL: [^]*"here"/,
  );
  expect(sessions().secrets).toEqual(['LLM_API_KEY', 'TRANSCRIBER_API_KEY']);
});

it('finds the key of older clients in their own header', () => {
  const request = (headers: Record<string, string>) => new Request('http://service/process-event', { headers });
  const { authenticate } = sessions();
  const of = context as never;
  expect(authenticate?.(request({ 'x-secretary-api-key': 'k-1' }), of)).toEqual({ key: 'k-1' });
  expect(authenticate?.(request({}), of)).toBeNull();
});
