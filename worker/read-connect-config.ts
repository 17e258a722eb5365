import { loadClientConnectConfig } from '@temporalio/envconfig';

/** How the SDK's standard `TEMPORAL_*` variables and configuration file say that the engine is reached. @throws Error that says which variables it is about: those of files and profiles name themselves alone */
export function readConnectConfig(): ReturnType<typeof loadClientConnectConfig> {
  try {
    return loadClientConnectConfig();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(`The settings for the engine (TEMPORAL_*, and the file that TEMPORAL_CONFIG_FILE names) can't be read: ${message}`, {
      cause: error,
    });
  }
}
