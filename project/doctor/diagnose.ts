import { resolve } from 'node:path';
import { Connection } from '@temporalio/client';
import { findOtherVersion } from '../../engine/data-version.ts';
import { checkDisk } from './check-disk.ts';
import { checkReachability } from './check-reachability.ts';
import { checkRunningEngine } from './check-running-engine.ts';
import type { RunningEngineCheck } from './check-running-engine.ts';
import { checkSecrets } from './check-secrets.ts';
import { findEngine } from './find-engine.ts';
import { CHECKS, fault, warning } from './finding.ts';
import type { Finding } from './finding.ts';
import { guardedCheck } from './guarded-check.ts';
import { readDisk } from './read-disk.ts';
import { readSecrets } from './read-secrets.ts';
import { readSettings } from './read-settings.ts';
import { reasonOf } from './reason-of.ts';

export interface DiagnoseOptions {
  readonly folder: string;
  /** Instead of `tickless.config.ts` there. */
  readonly config?: string | undefined;
  /** Where callbacks are to go, to be tried. */
  readonly callbackUrl?: string | undefined;
  /** This machine's clock. */
  readonly now?: () => number;
}

/** As the service has it where nothing is set. */
const DEFAULT_DATA = '.tickless';
// `tickless start` opens it; the processes of a cluster don't.
const LOOPBACK = ['127.0.0.0/8', '::1/128'];

/** Looks over a project and the service that runs of it, and changes nothing. Every check gives one finding or more, in their order. */
export async function diagnose({ folder, config, callbackUrl, now = Date.now }: DiagnoseOptions): Promise<readonly Finding[]> {
  const { findings, settings, catalog } = await readSettings(folder, config);
  const dataDirectory = resolve(folder, settings.TICKLESS_DATA ?? DEFAULT_DATA);
  const { ALERT_URL: alertUrl } = settings;
  const isExternal = settings.TEMPORAL_ADDRESS !== undefined;
  const allowCidrs = [...(settings.CALLBACK_ALLOW ?? []), ...(isExternal ? [] : LOOPBACK)];
  const others = await Promise.all([
    guardedCheck('disk', () => checkDisk(readDisk(dataDirectory))),
    guardedCheck('secrets', () => checkSecrets(readSecrets({ settings, variables: process.env, dataDirectory, isExternal }))),
    checkEngine(dataDirectory, { settings, catalog, now }),
    guardedCheck('alerts', () => (alertUrl === undefined ? [] : checkReachability({ url: alertUrl, check: 'alerts', allowCidrs }))),
    guardedCheck('callback', () =>
      callbackUrl === undefined ? [] : checkReachability({ url: callbackUrl, check: 'callback', allowCidrs }),
    ),
  ]);
  return [...findings, ...others.flat()].toSorted((a, b) => CHECKS.indexOf(a.check) - CHECKS.indexOf(b.check));
}

type EngineCheck = Omit<RunningEngineCheck, 'connection' | 'engine'>;

async function checkEngine(dataDirectory: string, check: EngineCheck): Promise<readonly Finding[]> {
  let connection: Connection | undefined;
  try {
    const engine = findEngine(check.settings, dataDirectory);
    if (engine.kind === 'none') return [noEngine(dataDirectory)];
    // A call that fails is told of at once.
    connection = Connection.lazy({ ...engine.connection, interceptors: [] });
    return await checkRunningEngine({ ...check, engine, connection });
  } catch (error) {
    return [fault('engine', `${reasonOf(error)}.`, 'Mend the variables (TEMPORAL_*), or the file that they name.')];
  } finally {
    await connection?.close();
  }
}

function noEngine(dataDirectory: string): Finding {
  const other = findOtherVersion(dataDirectory);
  if (other !== null) return fault('engine', other.message, 'Take one of these ways.');
  const message = `No engine runs on "${dataDirectory}", and no other is configured: what only an engine can say was left out.`;
  return warning('engine', message, 'tickless start runs one; TEMPORAL_ADDRESS names one that runs elsewhere.');
}
