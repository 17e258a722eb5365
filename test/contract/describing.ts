import { expect, it } from 'vitest';
import { ownDefinitions } from '../support/own-definitions.ts';
import type { ApiUnderTest } from './api-under-test.ts';
import { expectProblem } from './api-under-test.ts';

export function describing(api: ApiUnderTest): void {
  it('lists every event type', async () => {
    const answer = await api.send('GET', '/v1/event-types');
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ nextCursor: null });
    const items = answer.body['items'] as readonly { readonly type: string }[];
    expect(items.map(({ type }) => type)).toEqual(expect.arrayContaining(ownDefinitions.map(({ type }) => type)));
    expect(items).toContainEqual({
      type: 'shock',
      summary: expect.stringMatching(/./),
      tier: 'critical',
      weight: 'light',
      coalesce: true,
      stages: ['meaning', 'decision', 'action'],
      handlers: [],
    });
    expect(items).toContainEqual(expect.objectContaining({ type: 'test-slow-work', weight: 'heavy', stages: ['action'] }));
  });

  it.each(ownDefinitions.map(({ type }) => type))('describes the data of "%s" as JSON schema', async (type) => {
    const answer = await api.send('GET', `/v1/event-types/${type}`);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ type, schema: { type: 'object', properties: expect.any(Object) } });
  });

  it('lists the handlers of a type', async () => {
    const { body } = await api.send('GET', '/v1/event-types/test-ordered');
    const handlers = body['handlers'] as readonly unknown[];
    expect(handlers[0]).toEqual({ name: 'quick', tier: null, weight: 'light', after: [] });
    expect(handlers).toContainEqual({ name: 'limited', tier: null, weight: 'heavy', after: ['other'] });
  });

  it('answers 404 for an unknown event type and names the nearest', async () => {
    const answer = await api.send('GET', '/v1/event-types/shok');
    expectProblem(answer, 404, 'not_found');
    expect(answer.body['detail']).toContain('"shock"');
  });

  it('says that it lives and that it is ready', async () => {
    expect(await api.send('GET', '/livez')).toMatchObject({ status: 200, body: { status: 'ok' } });
    expect(await api.send('GET', '/readyz')).toMatchObject({ status: 200, body: { status: 'ok' } });
  });

  it('says what it is ready with when asked for more', async () => {
    const answer = await api.send('GET', '/readyz?verbose');
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      status: 'ok',
      engine: {
        address: expect.stringMatching(/./),
        namespace: expect.stringMatching(/./),
        version: expect.stringMatching(/./),
        ui: expect.toSatisfy((url) => url === null || typeof url === 'string'),
      },
      worker: { queues: expect.arrayContaining([expect.any(String)]), lacking: expect.any(Array) },
    });
  });

  it('accepts each of the examples that its document shows for a body', async () => {
    const { body } = await api.send('GET', '/openapi.json');
    const { paths } = body as unknown as {
      readonly paths: Readonly<Record<string, { readonly post: { readonly requestBody: { readonly content: Content } } }>>;
    };
    const events = examplesOf(paths['/v1/events']?.post.requestBody.content['application/json']) as readonly { readonly type: string }[];
    // Those of tests may want to be waited for.
    const shown = events.filter(({ type }) => ownDefinitions.some((definition) => definition.type === type));
    expect(shown.map(({ type }) => type)).toEqual(expect.arrayContaining(['order-placed', 'joy']));
    for (const event of shown) expect(await api.submit(event)).toMatchObject({ status: 202 });
    for (const media of ['application/cloudevents+json', 'application/cloudevents-batch+json']) {
      const [example] = examplesOf(paths['/v1/events']?.post.requestBody.content[media]);
      const answer = await api.send('POST', '/v1/events', { headers: { 'content-type': media }, body: JSON.stringify(example) });
      expect({ media, ...answer }).toMatchObject({ status: 202 });
    }
    const content = paths['/v1/batches']?.post.requestBody.content ?? {};
    for (const [media, examples] of Object.entries(content)) {
      const [example] = examplesOf(examples);
      const answer = await api.send('POST', '/v1/batches', {
        headers: { 'content-type': media },
        body: typeof example === 'string' ? example : JSON.stringify(example),
      });
      expect({ media, ...answer }).toMatchObject({ status: 202, body: { rejectedCount: 0 } });
    }
  });
}

type Content = Readonly<Record<string, Parameters<typeof examplesOf>[0]>>;

function examplesOf(
  described: { readonly examples?: Readonly<Record<string, { readonly value: unknown }>> } | undefined,
): readonly unknown[] {
  return Object.values(described?.examples ?? {}).map(({ value }) => value);
}
