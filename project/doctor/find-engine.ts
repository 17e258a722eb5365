import type { ConnectionOptions } from '@temporalio/client';
import type { Environment } from '../../config/environment.ts';
import { readEngineRecord } from '../../engine/engine-record.ts';
import { isAlive } from '../../engine/process-identity.ts';
import { readConnectConfig } from '../../worker/read-connect-config.ts';

export interface RunningEngine {
  readonly kind: 'embedded' | 'external';
  readonly address: string;
  readonly namespace: string;
  readonly connection: ConnectionOptions;
}

/** `none`: the service would start one of its own, and hasn't. */
export type FoundEngine = RunningEngine | { readonly kind: 'none' };

/**
 * Where the service's engine is, by the same settings: the one that is configured, else the one that runs on the data directory. Starts none.
 * @throws Error where the settings of the SDK's client can't be read
 */
export function findEngine(settings: Partial<Environment>, dataDirectory: string): FoundEngine {
  if (settings.TEMPORAL_ADDRESS !== undefined) {
    const { connectionOptions: connection, namespace = 'default' } = readConnectConfig();
    return { kind: 'external', address: settings.TEMPORAL_ADDRESS, namespace, connection };
  }
  const record = readEngineRecord(dataDirectory);
  if (record === undefined || !isAlive(record.process)) return { kind: 'none' };
  const { address } = record;
  return { kind: 'embedded', address, namespace: settings.TEMPORAL_NAMESPACE ?? 'default', connection: { address } };
}
