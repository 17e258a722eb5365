import { makeTelemetryFilterString, NativeConnection, Runtime } from '@temporalio/worker';
import { Client } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import type { Logger } from '../config/logger.ts';
import { coreMetrics } from './core-metrics.ts';
import { isNear } from './near.ts';
import { readConnectConfig } from './read-connect-config.ts';
import { reachEngine } from './reach-engine.ts';
import { toTemporalLogger } from './temporal-logger.ts';

export interface EngineConnection {
  readonly connection: NativeConnection;
  readonly client: Client;
  readonly namespace: string;
  readonly address: string;
  /** How payloads are written, by the client and the workers alike; as the SDK does by default. */
  readonly dataConverter?: DataConverter;
  close(): Promise<void>;
}

export interface EmbeddedEngine {
  readonly address: string;
  readonly namespace: string;
}

/**
 * Connects to the engine as the SDK's standard `TEMPORAL_*` variables and configuration file say, one connection for the
 * client and the workers alike: eager starts need that.
 * @param embedded our own engine, for which none of these count
 */
export async function connectEngine(logger: Logger, embedded?: EmbeddedEngine, dataConverter?: DataConverter): Promise<EngineConnection> {
  await installRuntime(logger);
  // A profile's keys and certificates are for the engine it names.
  const configured =
    embedded === undefined ? readConnectConfig() : { connectionOptions: { address: embedded.address }, namespace: embedded.namespace };
  const { connectionOptions: options, namespace = 'default' } = configured;
  const { address = '127.0.0.1:7233' } = options;
  const connect = (): Promise<NativeConnection> =>
    NativeConnection.connect({ ...options, ...(isNear(address) && { grpcCompression: { codec: 'none' } }) });
  const connection = await reachEngine({ connect, address, logger });
  return {
    connection,
    client: new Client({ connection, namespace, ...(dataConverter && { dataConverter }) }),
    ...(dataConverter && { dataConverter }),
    namespace,
    address,
    close: () => connection.close(),
  };
}

let installing: Promise<void> | null = null;

/** Once a process; connections that are made at the same time wait for it. */
function installRuntime(logger: Logger): Promise<void> {
  installing ??= install(logger);
  return installing;
}

async function install(logger: Logger): Promise<void> {
  const metrics = await coreMetrics();
  // We own the signals: intake stops first, the workers after it.
  Runtime.install({
    logger: toTemporalLogger(logger),
    // The SDK's core writes for itself; what it warns of, a lost task or an engine away, is tried again and is no news.
    telemetryOptions: { metrics, logging: { filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) } },
    shutdownSignals: [],
  });
}
