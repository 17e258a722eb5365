import { expect, it } from 'vitest';
import { z } from 'zod';
import { defineEvent } from '../../../domain/define-event.ts';
import { PermanentError } from '../../../domain/handler-errors.ts';
import { createTestBus, testContext } from '../../../testing.ts';

const sessions = { filesQuotaBytes: 7, languageModel: null, transcriber: null };
const limits = { maxBytes: 1, timeoutMs: 1 };

const asked = defineEvent({
  type: 'asked',
  data: z.object({}),
  tier: 'normal',
  handler: (_event, { services }) => services.sessions.filesQuotaBytes,
});
const wrapped = defineEvent({
  type: 'wrapped',
  data: z.object({}),
  tier: 'normal',
  handler: (_event, { services }) => {
    try {
      return services.sessions.filesQuotaBytes;
    } catch (cause) {
      throw new PermanentError('no_quota', 'there is no quota', { cause });
    }
  },
});
const fetched = defineEvent({
  type: 'fetched',
  data: z.object({}),
  tier: 'normal',
  handler: (_event, { fetch, signal }) => fetch('https://example.org', { ...limits, signal }),
});
const events = [asked, wrapped, fetched];

it('lends handlers what the test gives', async () => {
  expect((await createTestBus({ events, services: { sessions } }).run(asked, {})).result?.action).toBe(7);
});

it('rejects the run of a handler that uses what the test does not give, and says how to give it', async () => {
  const bus = createTestBus({ events });
  const reason = 'the test gives no service "sessions": createTestBus({ services: { sessions } })';
  await expect(bus.run(asked, {})).rejects.toThrow(reason);
  await expect(bus.run(wrapped, {})).rejects.toThrow(reason);
  await expect(bus.run(fetched, {})).rejects.toThrow('nothing can be fetched in this test: createTestBus({ fetch })');
});

it('gives undefined where the test does', () => {
  const services: object = { sessions: undefined };
  expect(testContext({ services }).services.sessions).toBeUndefined();
});

it('can be waited for, printed and looked into', async () => {
  const { services } = testContext({ services: { sessions } });
  expect(JSON.stringify(await Promise.resolve(services))).toBe(JSON.stringify({ sessions }));
  expect('warehouse' in services).toBe(false);
  expect(services).toEqual({ sessions });
});
