import { readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import { SCOPES } from '../../../config/api-keys.ts';
import { OWN_ID_PATTERN } from '../../../domain/event-id.ts';
import { withEventTypes } from '../../../api/event-schemas.ts';
import { definitionsOf } from '../../../project/check-config.ts';
import { testConfig } from '../../support/test-config.ts';
import { startMemoryApp } from './memory-app.ts';

const memory = { ...startMemoryApp(), definitions: definitionsOf(testConfig) };

interface Operation {
  readonly summary: string;
  readonly tags: readonly string[];
  readonly operationId: string;
  readonly description?: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly examples?: object }>> };
  readonly responses: Readonly<Record<string, unknown>>;
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
}

interface Document {
  readonly openapi: string;
  readonly info: { readonly version: string };
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly webhooks: Readonly<Record<string, unknown>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, { readonly properties?: Readonly<Record<string, unknown>> }>>;
    readonly securitySchemes: Readonly<Record<string, unknown>>;
  };
}

async function readDocument(): Promise<Document> {
  const response = await memory.request('/openapi.json');
  expect(response.status).toBe(200);
  return (await response.json()) as Document;
}

describe('/openapi.json', () => {
  it('is a valid OpenAPI 3.1 document', async () => {
    const document = await readDocument();
    expect(document.openapi).toMatch(/^3\.1\./);
    expect(await new Validator().validate(structuredClone(document) as unknown as Parameters<Validator['validate']>[0])).toEqual({
      valid: true,
    });
  });

  it('has every route of the service, and no other', async () => {
    const document = await readDocument();
    const described = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    // Pages and their files are no part of it.
    const isPage = (path: string): boolean => path === '/' || path === '/openapi.json' || /^\/(docs|dashboard)\b/.test(path);
    const registered = memory.app.routes
      .filter(({ method, path }) => method !== 'ALL' && !isPage(path))
      .map(({ method, path }) => `${method} ${path.replace(/:(\w+)(\{[^}]*\})?/g, '{$1}')}`);
    expect(described.sort()).toEqual([...new Set(registered)].sort());
  });

  it('has a tag, a summary and a name for every operation, and each name once', async () => {
    const { paths, tags } = await readDocument();
    const operations = Object.values(paths).flatMap((path) => Object.values(path));
    for (const operation of operations) {
      expect(operation).toMatchObject({
        summary: expect.stringMatching(/./),
        operationId: expect.stringMatching(/^[a-z]+([A-Z0-9][a-z0-9]*)*$/),
      });
      expect(tags.map(({ name }) => name)).toEqual(expect.arrayContaining([...operation.tags]));
      expect(operation.tags).toHaveLength(1);
    }
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
  });

  it('keeps the names that generated clients have', async () => {
    const { paths } = await readDocument();
    const names = Object.entries(paths).flatMap(([path, operations]) =>
      Object.values(operations).flatMap(({ operationId }) => (path.startsWith('/v1/') ? [operationId] : [])),
    );
    // Nobody's client calls a path's words.
    expect(names.filter((name) => name.includes('V1'))).toEqual([]);
    expect(names).toEqual(expect.arrayContaining(['submitEvent', 'getEvent', 'listEvents', 'submitBatch', 'getSubject', 'setLimit']));
  });

  it("has the package's version", async () => {
    const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as { readonly version: string };
    expect((await readDocument()).info.version).toBe(version);
  });

  it('has an example for every body of /v1, and for every parameter of a path there', async () => {
    const { paths } = await readDocument();
    for (const [path, operations] of Object.entries(paths)) {
      if (!path.startsWith('/v1/')) continue;
      for (const { requestBody, parameters = [] } of Object.values(operations)) {
        for (const { examples } of Object.values(requestBody?.content ?? {})) expect(Object.keys(examples ?? {})).not.toEqual([]);
        for (const { in: place, ...parameter } of parameters) if (place === 'path') expect(parameter).toHaveProperty('example');
      }
    }
  });

  it('has only patterns that something matches', async () => {
    const patterns: string[] = [];
    JSON.stringify(await readDocument(), (key, value: unknown) => {
      if (key === 'pattern' && typeof value === 'string') patterns.push(value);
      return value;
    });
    expect(patterns).not.toEqual([]);
    // A flag has no place in JSON schema, and is written behind the end, where nothing can be.
    for (const pattern of patterns) expect(pattern).not.toMatch(/\$\/[a-z]+$/);
    expect('a.b:1@c').toMatch(new RegExp(OWN_ID_PATTERN));
    expect(['', '.', '..', 'a b', 'x'.repeat(129)].filter((text) => new RegExp(OWN_ID_PATTERN).test(text))).toEqual([]);
  });

  it('says which types of events there are, and what the data of each is', async () => {
    const { components } = await readDocument();
    const schemas = components.schemas as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    const names = memory.definitions.map(({ type }) => type);
    const { oneOf, discriminator } = schemas['Event'] as {
      readonly oneOf: readonly { readonly $ref: string }[];
      readonly discriminator: { readonly mapping: Readonly<Record<string, string>> };
    };
    expect(Object.keys(discriminator.mapping)).toEqual(names);
    expect(oneOf.map(({ $ref }) => $ref)).toEqual(Object.values(discriminator.mapping));
    expect(new Set(Object.values(discriminator.mapping)).size).toBe(names.length);
    expect(schemas['Event.joy']).toMatchObject({
      properties: { type: { const: 'joy' }, data: { properties: { intensity: { type: 'number', minimum: -1, maximum: 1 } } } },
      required: ['type', 'data'],
    });
    expect(schemas['OlderEvent']).toMatchObject({ properties: { event_type: { enum: expect.arrayContaining(['joy', 'shock']) } } });
    expect(JSON.stringify(schemas['OlderEvent'])).not.toContain('order-placed');
  });

  it('leaves the type open where others are taken, too', () => {
    const types = memory.definitions.map((definition) => ({ definition, description: null }));
    const schemas = { Event: { type: 'object', properties: { type: { type: 'string' } } }, OlderEvent: { properties: {} } };
    const { components } = withEventTypes({ components: { schemas } }, types, true);
    expect(components.schemas).toMatchObject({
      Event: { oneOf: expect.arrayContaining([{ $ref: '#/components/schemas/Event.joy' }, { $ref: '#/components/schemas/Event.other' }]) },
      'Event.other': { properties: { type: { not: { enum: expect.arrayContaining(['joy']) } } } },
    });
    expect(components.schemas.Event).not.toHaveProperty('discriminator');
  });

  it('has each form in which older clients write, and says nothing of them where there is none', () => {
    const [a, b, c] = memory.definitions;
    if (!a || !b || !c) throw new Error('there are too few types');
    const described = (definition: typeof a, field: string | null) => ({
      definition,
      description: {
        schema: null,
        isDataRequired: true,
        olderForm: field === null ? null : { type: 'object', properties: { [field]: { type: 'string' } }, required: [field] },
      },
    });
    const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
    const document = {
      paths: { '/v1/events': { schema: { anyOf: [ref('Event'), ref('OlderEvent')] } } },
      components: { schemas: { Event: {}, OlderEvent: { properties: { id: {} } } } },
    };
    const older = (fields: readonly (string | null)[]) =>
      withEventTypes(
        document,
        [a, b, c].map((definition, index) => described(definition, fields[index] ?? null)),
        false,
      );
    expect(older(['payload', null, 'payload']).components.schemas.OlderEvent).toMatchObject({
      properties: { id: {}, payload: {}, type: { enum: [a.type, c.type] } },
      required: ['payload'],
    });
    expect(older(['payload', 'body', null]).components.schemas.OlderEvent).toMatchObject({
      anyOf: [{ properties: { payload: {} } }, { properties: { body: {}, event_type: { enum: [b.type] } } }],
    });
    expect(older(['payload']).paths).toEqual(document.paths);
    const none = older([]);
    expect(none.components.schemas).not.toHaveProperty('OlderEvent');
    expect(none.paths).toEqual({ '/v1/events': { schema: ref('Event') } });
  });

  it('names the terminal message as a webhook', async () => {
    expect(Object.keys((await readDocument()).webhooks)).toEqual(['event-ended']);
  });

  it('says of every route that needs a key, and of no other, which scope it needs, and that it may answer 401 and 403', async () => {
    const { paths } = await readDocument();
    for (const [path, operations] of Object.entries(paths)) {
      for (const { responses, security, description } of Object.values(operations)) {
        const isProtected = /^\/v1\/|\/process-event|^\/api\/(jobs|batches)/.test(path);
        expect(Object.keys(responses).filter((status) => ['401', '403'].includes(status))).toEqual(isProtected ? ['401', '403'] : []);
        const [scope] = security[0]?.['key'] ?? [];
        expect(security).toEqual(isProtected ? [{ key: [scope] }, { keyHeader: [scope] }, {}] : []);
        if (isProtected) expect(description).toMatch(new RegExp(`A key needs the scope \`(${SCOPES.join('|')})\`\\.$`));
      }
    }
  });

  it('describes each field of an event, and no other', async () => {
    const posted = await memory.request('/v1/events', {
      method: 'POST',
      headers: { 'content-type': 'application/json', prefer: 'wait=5' },
      body: JSON.stringify({ event_type: 'shock', intensity: -0.8, metadata: { cause: 'noise' } }),
    });
    expect(posted.status).toBe(200);
    const { components } = await readDocument();
    // What is on record doesn't say so, it didn't come as a CloudEvent, is no handler's, wasn't cancelled, and this memory notes no times.
    const described = Object.keys(components.schemas['EventResource']?.properties ?? {}).filter(
      (name) => !['recorded', 'cloudEvent', 'handlerOf', 'cleanup', 'followUps', 'timeline'].includes(name),
    );
    expect(described.sort()).toEqual(Object.keys((await posted.json()) as object).sort());
  });

  it('has both ways to give a key, and both ways to write a Life event', async () => {
    const { components } = await readDocument();
    expect(Object.values(components.securitySchemes)).toEqual([
      { type: 'http', scheme: 'bearer' },
      { type: 'apiKey', in: 'header', name: 'X-API-Key' },
    ]);
    expect(Object.keys(components.schemas['OlderEvent']?.properties ?? {})).toEqual(
      expect.arrayContaining(['event_type', 'intensity', 'metadata', 'timestamp']),
    );
  });

  it('shows nothing of the schema library inside', async () => {
    expect(JSON.stringify(await readDocument())).not.toMatch(/_zod|"~standard"|"def":/);
  });
});
