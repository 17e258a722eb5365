import { Client } from '@temporalio/client';
import type { Connection } from '@temporalio/client';
import type { Environment } from '../../config/environment.ts';
import type { Catalog } from '../../domain/catalog.ts';
import { TASK_QUEUES } from '../../temporal/durable/names.ts';
import { CALL_TIMEOUT_MS } from './call-timeout.ts';
import { checkClock } from './check-clock.ts';
import type { ClockState } from './check-clock.ts';
import { checkNamespace } from './check-namespace.ts';
import { checkPermits } from './check-permits.ts';
import { checkQueues, isLive } from './check-queues.ts';
import type { QueueReading } from './check-queues.ts';
import { checkSearchAttributes } from './check-search-attributes.ts';
import { checkVersion } from './check-version.ts';
import { checkVersions } from './check-versions.ts';
import type { RunningEngine } from './find-engine.ts';
import { fault, ok } from './finding.ts';
import type { Finding } from './finding.ts';
import { guardedCheck, notChecked } from './guarded-check.ts';
import { longestHoldMs } from './longest-hold.ts';
import { measureClock } from './measure-clock.ts';
import { readLimits } from './read-limits.ts';
import { readNamespace } from './read-namespace.ts';
import { readQueues } from './read-queues.ts';
import { reasonOf } from './reason-of.ts';

export interface RunningEngineCheck {
  readonly connection: Connection;
  readonly engine: RunningEngine;
  readonly settings: Partial<Environment>;
  readonly catalog: Catalog;
  /** This machine's clock. */
  readonly now: () => number;
}

/** Asks the engine, and by way of it the processes of the service: first whether it answers, then for the namespace, then all else. */
export async function checkRunningEngine(check: RunningEngineCheck): Promise<readonly Finding[]> {
  const { connection, engine, settings } = check;
  const client = new Client({ connection, namespace: engine.namespace });
  const version = await askForVersion(check);
  if (version.level === 'fault') return [version];
  const longestCallbackMs = (settings.CALLBACK_SCHEDULE ?? []).reduce((sum, ms) => sum + ms, 0);
  const namespace = await guardedCheck('namespace', async () => checkNamespace({ ...(await readNamespace(client)), longestCallbackMs }));
  if (namespace.some(({ level }) => level === 'fault')) return [version, ...namespace];
  const others = await Promise.all([
    guardedCheck('search attributes', async () => {
      const { customAttributes } = await connection.withDeadline(Date.now() + CALL_TIMEOUT_MS, () =>
        connection.operatorService.listSearchAttributes({ namespace: engine.namespace }),
      );
      return checkSearchAttributes({ namespace: engine.namespace, types: customAttributes });
    }),
    checkProcesses(client, check),
  ]);
  return [version, ...namespace, ...others.flat()];
}

async function askForVersion({ connection, engine: { kind, address } }: RunningEngineCheck): Promise<Finding> {
  const isEmbedded = kind === 'embedded';
  try {
    const { serverVersion } = await connection.withDeadline(Date.now() + CALL_TIMEOUT_MS, () =>
      connection.workflowService.getSystemInfo({}),
    );
    return checkVersion({ address, isEmbedded, serverVersion });
  } catch (error) {
    const remedy = isEmbedded
      ? 'Stop the service, and start it again; engine.log in the data directory says more.'
      : 'See that it runs, and that TEMPORAL_ADDRESS, keys and certificates are right.';
    return fault('engine', `No engine answers at ${address}: ${reasonOf(error)}.`, remedy);
  }
}

/** What is judged by the engine's clock: who polls, with which code, and who holds permits. */
async function checkProcesses(client: Client, { engine, catalog, now }: RunningEngineCheck): Promise<readonly Finding[]> {
  const [clock, reading] = await Promise.all([readClock(client, engine, now), readQueues(client).catch(reasonOf)]);
  const nowMs = now() + (typeof clock === 'string' ? 0 : clock.aheadMs);
  const ofClock = typeof clock === 'string' ? notChecked('clock', clock) : checkClock(clock);
  if (typeof reading === 'string') return [ofClock, notChecked('queues', reading)];
  return [
    ofClock,
    ...checkQueues(reading, nowMs),
    ...checkVersions(reading, nowMs),
    ...(await checkLimits(client, { reading, catalog, nowMs })),
  ];
}

/** How the clocks differ, or why that isn't known. */
async function readClock(client: Client, { kind }: RunningEngine, now: () => number): Promise<ClockState | string> {
  // It runs on this machine, by the same clock.
  if (kind === 'embedded') return { aheadMs: 0, uncertaintyMs: 0 };
  return await measureClock(client, now).catch(reasonOf);
}

interface LimitsCheck {
  readonly reading: readonly QueueReading[];
  readonly catalog: Catalog;
  readonly nowMs: number;
}

function checkLimits(client: Client, { reading, catalog, nowMs }: LimitsCheck): Promise<readonly Finding[]> {
  return guardedCheck('permits', async () => {
    const answering = reading.find(({ queue, kind }) => queue === TASK_QUEUES.heavy && kind === 'workflow');
    if (answering?.pollers.some((poller) => isLive(poller, nowMs)) !== true)
      return notChecked('permits', `no process polls the queue "${TASK_QUEUES.heavy}", and only such a one can say who holds them`);
    const stuck = (await readLimits(client)).flatMap((limit) => checkPermits(limit, nowMs, longestHoldMs(catalog)));
    return stuck.length > 0 ? stuck : ok('permits', 'No permit is held by a run that has ended, or for longer than it may be.');
  });
}
