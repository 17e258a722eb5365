import type { Environment } from '../config/environment.ts';
import type { Logger } from '../config/logger.ts';
import { cachedPath } from './cached-path.ts';
import { createDownloadInstaller } from './download-installer.ts';
import type { Engine } from './engine.ts';
import { findExecutable } from './find-executable.ts';
import { createGoInstaller } from './go-installer.ts';
import type { ServerPorts } from './server-arguments.ts';
import { startEmbeddedEngine } from './start-embedded-engine.ts';

export interface EngineOptions {
  readonly environment: Environment;
  /** Holds all that lasts; one service at a time. */
  readonly dataDirectory: string;
  readonly logger: Logger;
  /** Told of long steps and of what was passed over, in sentences for people. */
  readonly progress: (message: string) => void;
  /** Without Temporal's web UI. */
  readonly headless?: boolean;
  /** Others are chosen when these are taken; 0 chooses at once. */
  readonly preferredPorts?: ServerPorts;
  /** Called when an engine that had ended answers again, at its old address. */
  readonly onRestart?: (pid: number) => void;
}

const USUAL_PORTS: ServerPorts = { server: 7233, ui: 8233 };
const DOWNLOAD_TIMEOUT_MS = 60_000;

/**
 * Finds the Temporal server that the environment names, or runs one of our own and keeps it running until stopped.
 * It answers when this resolves. `prepareNamespace` comes next.
 * @throws EngineError with a message for the person at the terminal
 */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const { environment, dataDirectory, logger, progress } = options;
  if (environment.TEMPORAL_ADDRESS !== undefined) return externalEngine(environment.TEMPORAL_ADDRESS, environment.TEMPORAL_UI_URL);
  const searchPath = process.env['PATH'] ?? '';
  return await startEmbeddedEngine({
    settings: { sync: environment.ENGINE_SYNC, headless: options.headless ?? false, namespace: environment.TEMPORAL_NAMESPACE },
    dataDirectory,
    preferredPorts: options.preferredPorts ?? USUAL_PORTS,
    uiUrl: environment.TEMPORAL_UI_URL,
    findExecutable: () =>
      findExecutable({
        configuredPath: environment.TEMPORAL_CLI_PATH,
        searchPath,
        cachedPath: cachedPath(process.env['XDG_CACHE_HOME']),
        installers: [createDownloadInstaller({ timeoutMs: DOWNLOAD_TIMEOUT_MS }), createGoInstaller(searchPath)],
        progress,
      }),
    onRestart: options.onRestart ?? (() => undefined),
    logger,
  });
}

/** Somebody else's: nothing is started, asked or ended. */
function externalEngine(address: string, uiUrl: string | undefined): Engine {
  return { kind: 'external', address, uiUrl: uiUrl ?? null, serverVersion: null, pid: null, stop: () => Promise.resolve() };
}
