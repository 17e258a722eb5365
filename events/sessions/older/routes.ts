import type { OpenAPIHono } from '@hono/zod-openapi';
import type { AppEnvironment, Core } from 'tickless/server';
import type { ReadDocument } from '../read-document.ts';
import type { SessionStore } from '../session-files.ts';
import { archivedJobRoutes } from './archived-job-routes.ts';
import { jobBatchRoutes } from './job-batch-routes.ts';
import { jobFileRoutes } from './job-file-routes.ts';
import { jobRoutes } from './job-routes.ts';
import { processRoutes } from './process-routes.ts';
import { submitJobRoutes } from './submit-job-routes.ts';

export interface SessionFolders {
  readonly readDocument: ReadDocument;
  readonly sessionStore: SessionStore;
}

/** What older clients of sessions know (docs/older-routes.md). */
export function olderRoutes(app: OpenAPIHono<AppEnvironment>, core: Core, { readDocument, sessionStore }: SessionFolders): void {
  processRoutes(app, core, readDocument);
  jobRoutes(app, core);
  submitJobRoutes(app, core);
  jobFileRoutes(app, core, sessionStore);
  archivedJobRoutes(app, core);
  jobBatchRoutes(app, core);
}
