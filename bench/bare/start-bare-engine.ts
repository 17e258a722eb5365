import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { parseEnvironment } from '../../config/environment.ts';
import { createLogger } from '../../config/logger.ts';
import { startEngine } from '../../engine/start-engine.ts';

export interface BareEngine {
  readonly connection: NativeConnection;
  stop(): Promise<void>;
}

/** The service's own engine, for workflows that have nothing else of it. */
export async function startBareEngine(): Promise<BareEngine> {
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
  const dataDirectory = await mkdtemp(join(tmpdir(), 'tickless-bare-'));
  const engine = await startEngine({
    environment: parseEnvironment({ ENGINE_SYNC: process.env['ENGINE_SYNC'] }),
    dataDirectory,
    logger: createLogger('warn'),
    progress: () => undefined,
    preferredPorts: { server: 0, ui: 0 },
  });
  const connection = await NativeConnection.connect({ address: engine.address, grpcCompression: { codec: 'none' } });
  return {
    connection,
    stop: async () => {
      await connection.close();
      await engine.stop();
      await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}
