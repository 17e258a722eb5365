import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createAddressGuard } from '../../../activities/callbacks/address-guard.ts';
import { createGuardedAgent } from '../../../activities/callbacks/guarded-agent.ts';
import { createGuardedFetch } from '../../../activities/fetch/guarded-fetch.ts';
import type { HandlerContext } from '../../../domain/define-event.ts';
import type { Progress } from '../../../domain/event-run.ts';
import type { FetchForEvent } from '../../../domain/handler-services.ts';
import { sessionData } from '../../../events/sessions/session-data.ts';
import type { SessionData } from '../../../events/sessions/session-data.ts';
import type { SessionServices } from '../../../events/sessions/session-services.ts';
import { noServices } from '../../support/handler-services.ts';
import { handlerContext } from '../domain/event-samples.ts';

export function sessionOf(fields: Readonly<Record<string, unknown>> = {}): SessionData {
  return sessionData.parse({
    event: 'NodeConf',
    session: 'Time without ticks',
    url: 'http://127.0.0.1:1/talk',
    filename: 'time.md',
    track: 'Main',
    ...fields,
  });
}

/** Fetches from this machine alone. */
export function localFetch(allow: readonly string[] = ['127.0.0.0/8']): FetchForEvent {
  const guard = createAddressGuard(allow);
  const agent = createGuardedAgent({ guard });
  onTestFinished(() => agent.destroy());
  return createGuardedFetch({ agent, guard, userAgent: 'Test', now: Date.now });
}

/** A handler's context with a data directory of its own; `settings` add to those of a service that has none. */
export async function sessionContext(
  fields: Partial<HandlerContext> = {},
  settings: Partial<SessionServices> = {},
): Promise<HandlerContext & { readonly told: readonly Progress[] }> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'tickless-session-'));
  onTestFinished(() => rm(dataDirectory, { recursive: true, force: true }));
  const told: Progress[] = [];
  const services = { sessions: { ...noServices.services.sessions, ...settings } };
  const own = { fetch: localFetch(), dataDirectory, services };
  return { ...handlerContext({ ...own, heartbeat: (progress) => told.push(progress), ...fields }), told };
}
