import { expect, it } from 'vitest';
import { z } from 'zod';
import { createBus } from '../../../bus/create-bus.ts';
import { createClient } from '../../../client/create-typed-client.ts';
import { defineEvent } from '../../../domain/define-event.ts';
import { PermanentError } from '../../../domain/handler-errors.ts';
import { on } from '../../../domain/on.ts';
import { startMemoryApp } from '../api/memory-app.ts';
import type { DurableService } from '../../../bus/send-to-service.ts';
import { busWithErrors, turn } from './bus-samples.ts';

const shipped = defineEvent({
  type: 'shipped',
  data: z.object({ id: z.string() }),
  tier: 'normal',
  handler: ({ data }) => {
    if (data.id === 'lost') throw new PermanentError('lost', 'it is lost');
    return `parcel ${data.id}`;
  },
});

function start() {
  const memory = startMemoryApp({ definitions: [shipped] });
  const fetchThere: typeof fetch = (input, init) => memory.request(new Request(input).url.replace('http://there', ''), init);
  return { memory, client: createClient({ url: 'http://there', fetch: fetchThere }) };
}

it('sends the same calls to a service, and calls who is here once it has them', async () => {
  const { memory, client } = start();
  const { bus, errors } = busWithErrors({ events: [shipped], durable: client });
  const seen: string[] = [];
  bus.on(shipped, ({ id, data }) => `${id} ${data.id}`, { name: 'here' });
  const reading = (async () => {
    for await (const { id } of bus.stream(shipped)) seen.push(id);
  })();

  const results = await bus.emitAndWait(shipped, { id: 'a' }, { id: 'o-1' });
  expect(results).toMatchObject([
    { handler: 'shipped', status: 'fulfilled', value: { action: 'parcel a' } },
    { handler: 'here', status: 'fulfilled', value: 'o-1 a' },
  ]);
  expect(await bus.emit(shipped, { id: 'b' })).toBe(true);
  await bus.close();
  await reading;

  expect(seen).toEqual(['o-1']);
  expect(errors).toEqual([]);
  expect((await client.events.get('o-1')).status).toBe('completed');
  await memory.stop();
});

it('refuses handlers that nobody would run', () => {
  const { client } = start();
  const handlers = [on(shipped, 'of-the-config', () => null)];
  expect(() => createBus({ handlers, durable: client })).toThrow('a bus by a service has no handlers');
});

it('sends what was emitted, and not what the schema makes of it', async () => {
  const parsed = defineEvent({
    type: 'parsed',
    data: z.object({ cents: z.string().transform(Number) }),
    tier: 'normal',
    handler: ({ data }) => data.cents,
  });
  const memory = startMemoryApp({ definitions: [parsed] });
  const there: typeof fetch = (input, init) => memory.request(new Request(input).url.replace('http://there', ''), init);
  const bus = createBus({ durable: createClient({ url: 'http://there', fetch: there }) });
  bus.on(parsed, ({ data }) => data.cents, { name: 'here' });
  expect(await bus.emitAndWait(parsed, { cents: '5' })).toMatchObject([{ value: { action: 5 } }, { handler: 'here', value: 5 }]);
  await bus.close();
  await memory.stop();
});

it('knows an event by the id that the service gives it', async () => {
  const { memory, client } = start();
  const bus = createBus({ durable: client });
  const ids: string[] = [];
  bus.on(shipped, ({ id }) => ids.push(id));

  await bus.emitAndWait(shipped, { id: 'a' });

  expect((await client.events.get(ids[0] ?? '')).data).toEqual({ id: 'a' });
  await memory.stop();
});

it('tells of what has failed there, or could not be sent, and calls nobody for it', async () => {
  const { memory, client } = start();
  const { bus, errors } = busWithErrors({ durable: client });
  bus.on(shipped, () => expect.unreachable('it did not happen'), { name: 'here' });

  expect(await bus.emitAndWait(shipped, { id: 'lost' })).toMatchObject([
    { handler: 'shipped', status: 'rejected', reason: { code: 'lost', message: 'it is lost' } },
    { handler: 'here', status: 'rejected', reason: { code: 'handler_skipped' } },
  ]);
  await memory.stop();

  const away = createBus({
    durable: createClient({ url: 'http://there', fetch: () => Promise.reject(new Error('away')) }),
    onError: () => undefined,
  });
  expect(await away.emitAndWait(shipped, { id: 'a' })).toMatchObject([{ status: 'rejected' }]);
  expect(errors).toHaveLength(2);
});

const resource = (status: string, error: object | null) => ({ id: 'e-1', status, result: { action: 1 }, error, workflow: {} });

/** A service that answers before an event has ended, and then tells how it ends. */
function slowService(...messages: readonly object[]): DurableService {
  return {
    events: {
      submit: async () => ({
        id: 'e-1',
        type: 'shipped',
        tier: 'normal',
        status: 'running',
        joined: false,
        links: { self: '', stream: '', why: '' },
      }),
      stream: async function* () {
        yield* messages as readonly never[];
        return undefined;
      },
    },
  };
}

it('follows an event that takes longer than a service lets anybody wait', async () => {
  const ended = slowService({ kind: 'progress', progress: {} }, { kind: 'ended', resource: resource('completed', null) });
  expect(await createBus({ durable: ended }).emitAndWait(shipped, { id: 'a' })).toEqual([
    { handler: 'shipped', status: 'fulfilled', value: { action: 1 } },
  ]);

  const cancelled = busWithErrors({ durable: slowService({ kind: 'ended', resource: resource('cancelled', null) }) });
  expect(await cancelled.bus.emitAndWait(shipped, { id: 'a' })).toMatchObject([
    { reason: { code: 'cancelled', message: 'the event "e-1" is cancelled' } },
  ]);
});

it('leaves what is under way to the service when it is closed', async () => {
  const { bus } = busWithErrors({ durable: slowService() });

  expect(await bus.emitAndWait(shipped, { id: 'a' })).toMatchObject([{ reason: { code: 'bus_closed' } }]);
  await turn();
  await bus.close();
});
