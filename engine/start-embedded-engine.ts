import { join, resolve } from 'node:path';
import { makeDataDirectory } from '../config/data-directory.ts';
import type { Logger } from '../config/logger.ts';
import { addressOf } from './address.ts';
import { adoptOrphan } from './adopt-orphan.ts';
import { checkDataVersion, hasCutOffTransaction, removeDatabase, stampData } from './data-version.ts';
import { EngineError } from './engine-error.ts';
import { readEngineRecord, removeEngineRecord, writeEngineRecord } from './engine-record.ts';
import type { Engine } from './engine.ts';
import { choosePorts } from './ports.ts';
import { DATABASE_FILE, makingArguments, serverArguments, settingArguments } from './server-arguments.ts';
import type { ServerPorts, ServerSettings } from './server-arguments.ts';
import { takeServiceLock } from './service-lock.ts';
import { PORT_TAKEN, startServer } from './start-server.ts';
import type { StartedServer } from './start-server.ts';
import { endProcess } from './server-process.ts';
import { superviseServer } from './supervise-server.ts';
import { trimIndex } from './trim-index.ts';
import { untilStuck } from './until-stuck.ts';
import { PINNED_VERSION } from './version.ts';

interface EmbeddedEngine {
  readonly settings: ServerSettings;
  readonly dataDirectory: string;
  readonly preferredPorts: ServerPorts;
  /** Where people find the UI, if not at its own address. */
  readonly uiUrl: string | undefined;
  /** Asked only when there is something to start. */
  readonly findExecutable: () => Promise<string>;
  readonly onRestart: (pid: number) => void;
  readonly logger: Logger;
}

interface PlacedServer extends StartedServer {
  readonly ports: ServerPorts;
}

/** The last of them is ended gently. */
const MAKING_TRIES = 3;

/** Another process can take a port between the look at it and the server's start. */
const PORT_TRIES = 3;

/**
 * Takes the data directory, and runs the server on it: one that an earlier service has left, or a new one.
 * @throws EngineError
 */
export async function startEmbeddedEngine(engine: EmbeddedEngine): Promise<Engine> {
  const dataDirectory = resolve(engine.dataDirectory);
  makeDataDirectory(dataDirectory);
  const lock = takeServiceLock(dataDirectory);
  try {
    const launch = createLaunch({ ...engine, dataDirectory });
    const { ports, process, serverVersion } = (await findOrphan({ ...engine, dataDirectory })) ?? (await launchOnFreePorts(launch, engine));
    stampData(dataDirectory, { complete: true });
    const restart = async (signal: AbortSignal) => (await launch({ ports, isFirstStart: false, signal })).process;
    const address = addressOf(ports.server);
    const supervision = superviseServer({
      server: process,
      restart,
      untilStuck: (signal) => untilStuck({ address, signal }),
      onRestart: engine.onRestart,
      logger: engine.logger,
    });
    return {
      kind: 'embedded',
      address,
      uiUrl: engine.uiUrl ?? uiUrlOf(engine.settings, ports),
      serverVersion,
      get pid() {
        return supervision.pid;
      },
      async stop() {
        await supervision.stop();
        removeEngineRecord(dataDirectory);
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function findOrphan({ settings, dataDirectory, logger }: EmbeddedEngine): Promise<PlacedServer | undefined> {
  const record = readEngineRecord(dataDirectory);
  if (record === undefined) return undefined;
  const orphan = await adoptOrphan({ record, settings: recordedSettings(settings), logger });
  return orphan === undefined ? undefined : { ...orphan, ports: record.ports };
}

async function launchOnFreePorts(launch: Launch, { preferredPorts }: EmbeddedEngine): Promise<PlacedServer> {
  for (let tries = 1; ; tries += 1) {
    const ports = await choosePorts(preferredPorts);
    try {
      return { ...(await launch({ ports, isFirstStart: true })), ports };
    } catch (error) {
      const isPortTaken = error instanceof Error && error.message.includes(PORT_TAKEN);
      if (!isPortTaken || tries === PORT_TRIES) throw error;
    }
  }
}

interface LaunchInput {
  readonly ports: ServerPorts;
  readonly isFirstStart: boolean;
  readonly signal?: AbortSignal;
}

type Launch = (input: LaunchInput) => Promise<StartedServer>;

/** Makes the one way of starting the server, for the first time and after each of its ends. */
function createLaunch({ settings, dataDirectory, findExecutable, logger }: EmbeddedEngine): Launch {
  let found: string | undefined;

  /** @param recorded what another service compares with what it wants, before it uses this server again */
  async function launchWith(words: readonly string[], recorded: readonly string[], input: LaunchInput): Promise<StartedServer> {
    const { ports } = input;
    found ??= await findExecutable();
    return startServer({
      ...input,
      executable: found,
      arguments: words,
      port: ports.server,
      dataDirectory,
      record: (process) => {
        writeEngineRecord(dataDirectory, {
          process,
          address: addressOf(ports.server),
          ports,
          uiUrl: uiUrlOf(settings, ports),
          versions: PINNED_VERSION,
          settings: recorded,
        });
      },
    });
  }

  /** By a server that runs for this alone: while it has the database open, nobody else may write to it. */
  async function makeDatabase(input: LaunchInput): Promise<void> {
    stampData(dataDirectory, { complete: false });
    await makeFile(input);
    try {
      await trimIndex(join(dataDirectory, DATABASE_FILE));
    } catch (error) {
      logger.warn({ err: error }, 'the engine keeps indexes that nobody uses, which cost it a quarter of its pace');
      // Nothing may be kept on what was perhaps half changed.
      removeDatabase(dataDirectory);
      await makeFile(input);
    }
    stampData(dataDirectory, { complete: true });
  }

  /** Ended at once, which takes a second less, and once more where that cut a transaction off. */
  async function makeFile(input: LaunchInput): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      const { process } = await launchWith(makingArguments({ settings, ports: input.ports }), ['makes the database'], input);
      await endProcess(process, tries < MAKING_TRIES ? 'at once' : 'gently');
      if (!hasCutOffTransaction(dataDirectory)) return;
      removeDatabase(dataDirectory);
      if (tries === MAKING_TRIES) throw new EngineError('engine_start_failed', `No database could be made in "${dataDirectory}"`);
    }
  }

  return async (input) => {
    if (checkDataVersion(dataDirectory) === 'new') await makeDatabase(input);
    return launchWith(serverArguments({ settings, ports: input.ports }), recordedSettings(settings), input);
  };
}

/** What a running engine must share with the wanted one to be used again. */
function recordedSettings(settings: ServerSettings): readonly string[] {
  return [`server ${PINNED_VERSION.server}`, ...settingArguments(settings)];
}

function uiUrlOf({ headless }: ServerSettings, ports: ServerPorts): string | null {
  return headless ? null : `http://${addressOf(ports.ui)}`;
}
