import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import type { Environment } from '../config/environment.ts';
import { isSecret } from '../config/secrets.ts';
import type { HandlerLog } from '../domain/define-event.ts';
import type { Ask } from '../domain/question.ts';
import type { Advance } from '../handlers/advance.ts';
import { advanceHandlers } from '../handlers/advance-handlers.ts';
import { createGuardedAdvance } from '../handlers/hosts/guarded-advance.ts';
import { createGuardedAsk } from '../handlers/hosts/guarded-ask.ts';
import { createHostPool } from '../handlers/hosts/pool.ts';
import { toAcceptSettings } from '../project/accept-settings.ts';
import { monotonicMs } from '../runtime/monotonic.ts';
import type { HandlerCompositionSettings } from './handler-composition.ts';

export interface CreateHostsOptions {
  readonly environment: Environment;
  /** What Node runs for one. */
  readonly program: readonly string[];
  readonly callbackAllow: readonly string[];
  readonly log: HandlerLog;
  /** Told of what becomes of them, `suspected` where a run was found to end the process that it runs in. */
  readonly observe?: (event: 'started' | 'suspected' | { readonly ended: string }) => void;
  /** The longest that fetching for an event may take; as its handler says outside of tests. */
  readonly fetchTimeoutMs?: number;
}

/** Where handlers run: processes of their own. */
export interface Hosts {
  readonly advance: Advance;
  readonly ask: Ask;
  /** Rejects if a process for handlers can't be started. */
  readonly ready: Promise<void>;
  /** Whether all processes for heavy stages are kept busy by handlers that compute. */
  areWorkersBusy(): boolean;
  pids(): readonly number[];
  close(): Promise<void>;
}

export function createHosts({ environment, program, callbackAllow, log, observe, fetchTimeoutMs }: CreateHostsOptions): Hosts {
  const settings: HandlerCompositionSettings = {
    dataDirectory: resolve(environment.TICKLESS_DATA),
    callbackAllow,
    accept: toAcceptSettings(environment),
    ...(fetchTimeoutMs !== undefined && { fetchTimeoutMs }),
  };
  const pool = createHostPool({
    program,
    // Handlers may need some of the rest.
    environment: Object.fromEntries(Object.entries(process.env).filter(([name]) => !isSecret(name))),
    settings,
    memoryMb: environment.HANDLER_MEMORY_MB,
    graceMs: environment.HANDLER_GRACE_MS,
    workerHosts: Math.min(availableParallelism(), environment.MAX_CONCURRENT_TASKS),
    log,
    ...(observe && { observe }),
  });
  return {
    advance: advanceHandlers(createGuardedAdvance(pool, undefined, () => observe?.('suspected'))),
    ask: createGuardedAsk(pool, { log, monotonicMs }),
    areWorkersBusy: () => pool.isBusy('worker'),
    ready: pool.ready,
    pids: pool.pids,
    close: pool.close,
  };
}
