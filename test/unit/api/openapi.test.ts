import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import { startMemoryApp } from './memory-app.ts';

const memory = startMemoryApp();

interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly responses: Readonly<Record<string, unknown>> }>>>>;
  readonly webhooks: Readonly<Record<string, unknown>>;
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
    const registered = memory.app.routes
      .filter(({ method, path }) => method !== 'ALL' && !path.startsWith('/docs') && path !== '/openapi.json')
      .map(({ method, path }) => `${method} ${path.replace(/:(\w+)(\{[^}]*\})?/g, '{$1}')}`);
    expect(described.sort()).toEqual([...new Set(registered)].sort());
  });

  it('names the terminal message as a webhook', async () => {
    expect(Object.keys((await readDocument()).webhooks)).toEqual(['event-ended']);
  });

  it('says of every route that needs a key, and of no other, that it may answer 401', async () => {
    const { paths } = await readDocument();
    for (const [path, operations] of Object.entries(paths)) {
      for (const { responses } of Object.values(operations))
        expect(Object.keys(responses).includes('401')).toBe(/^\/v1\/|\/process-event|^\/api\/jobs/.test(path));
    }
  });

  it('shows nothing of the schema library inside', async () => {
    expect(JSON.stringify(await readDocument())).not.toMatch(/_zod|"~standard"|"def":/);
  });
});
