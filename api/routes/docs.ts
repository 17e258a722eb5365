import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Catalog } from '../../domain/catalog.ts';
import type { AppEnvironment } from '../app.ts';
import { TypeBlockedError } from '../../domain/question.ts';
import type { Ask } from '../../domain/question.ts';
import { packageVersion } from '../../config/package-version.ts';
import { withEventTypes } from '../event-schemas.ts';
import type { DescribedType } from '../event-schemas.ts';
import { tagsOf } from '../operation-names.ts';
import { exampleEvents, withExamples } from '../with-examples.ts';

// The build takes the files that are served along (deploy/build.mjs): an installation needs none of what comes with them.
const uiFolder = import.meta.url.endsWith('.ts')
  ? dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'))
  : fileURLToPath(new URL('../swagger-ui', import.meta.url));

const FILES: ReadonlyMap<string, string> = new Map([
  ['swagger-ui.css', 'text/css; charset=utf-8'],
  ['swagger-ui-bundle.js', 'text/javascript; charset=utf-8'],
]);

// No request leaves the page, and no script runs in it but its own files.
const POLICY = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'";

const PAGE = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Tickless API</title><link rel="stylesheet" href="/docs/swagger-ui.css"></head>
<body><div id="ui"></div><script src="/docs/swagger-ui-bundle.js"></script><script src="/docs/start.js"></script></body>
</html>
`;
// What is shown can be tried at once; a key that was given is kept for the next visit.
const START = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#ui', validatorUrl: null, tryItOutEnabled: true, persistAuthorization: true });\n`;

export interface DocsDependencies {
  readonly ask: Ask;
  readonly catalog: Catalog;
  /** Whether types that the catalog lacks are accepted. */
  readonly takesOtherTypes?: boolean;
}

/** `/openapi.json`, and `/docs`, a page that shows it. */
export function docsRoutes(app: OpenAPIHono<AppEnvironment>, { catalog, ask, takesOtherTypes = false }: DocsDependencies): void {
  app.openAPIRegistry.registerComponent('securitySchemes', 'key', { type: 'http', scheme: 'bearer' });
  app.openAPIRegistry.registerComponent('securitySchemes', 'keyHeader', { type: 'apiKey', in: 'header', name: 'X-API-Key' });
  const about = {
    openapi: '3.1.0',
    info: {
      title: 'Tickless',
      version: packageVersion(),
      description: 'A durable event service: one POST, one workflow, one signed callback.',
      license: { name: 'MIT' },
    },
  };
  let document: string | null = null;
  app.get('/openapi.json', async (context) => {
    // Made when it is first asked for, as all routes are known by then.
    if (document !== null) return context.body(document, 200, { 'content-type': 'application/json' });
    const types = await describeAll();
    const subject = catalog.definitions.find((definition) => definition.subject !== null)?.subject?.type ?? null;
    const described = withEventTypes(app.getOpenAPI31Document(about), types, takesOtherTypes);
    const made = JSON.stringify(withTags(withExamples(described, await exampleEvents(types, ask), subject)));
    // What couldn't be asked now may be the next time.
    if (types.every(({ description }) => description !== null)) document = made;
    return context.body(made, 200, { 'content-type': 'application/json' });
  });

  function describeAll(): Promise<readonly DescribedType[]> {
    return Promise.all(
      catalog.definitions.map(async (definition) => ({
        definition,
        description: await ask({ kind: 'describe', type: definition.type }).catch(toNothing),
      })),
    );
  }

  app.get('/docs', (context) => context.html(PAGE, 200, { 'content-security-policy': POLICY }));
  app.get('/docs/start.js', (context) => context.body(START, 200, { 'content-type': 'text/javascript; charset=utf-8' }));
  app.get('/docs/:file', async (context) => {
    const file = context.req.param('file');
    const type = FILES.get(file);
    if (type === undefined) return context.notFound();
    return context.body(await readFile(join(uiFolder, file)), 200, { 'content-type': type, 'cache-control': 'max-age=86400' });
  });
}

/** Lists the tags of what it has, which a page would show in no order otherwise. */
function withTags<Document extends { readonly paths?: object }>(document: Document): Document & { readonly tags: unknown } {
  const operations = Object.values(document.paths ?? {}).flatMap((path: Readonly<Record<string, { readonly tags?: readonly string[] }>>) =>
    Object.values(path),
  );
  return { ...document, tags: tagsOf(new Set(operations.flatMap(({ tags = [] }) => tags))) };
}

/** A type that can't be asked is described by its name alone. */
function toNothing(error: unknown): null {
  if (error instanceof TypeBlockedError) return null;
  throw error;
}
