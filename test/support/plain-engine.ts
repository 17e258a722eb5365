import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sqlite from 'node-sqlite3-wasm';
import { onTestFinished } from 'vitest';
import { addressOf } from '../../engine/address.ts';
import { cachedPath } from '../../engine/cached-path.ts';
import { findExecutable } from '../../engine/find-executable.ts';
import { findFreePort } from '../../engine/ports.ts';
import { DATABASE_FILE, makingArguments } from '../../engine/server-arguments.ts';
import { endProcess } from '../../engine/server-process.ts';
import { startServer } from '../../engine/start-server.ts';

export interface PlainEngine {
  /** Starts the server on the data that it left; gives its address. */
  start(): Promise<string>;
  stop(): Promise<void>;
  /** Changes the database of a server that is stopped. */
  change(statement: string): void;
}

/** A server whose database is a single file while it is stopped, so that a test can change what is in it. */
export async function createPlainEngine(): Promise<PlainEngine> {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'tickless-plain-'));
  const executable = await findExecutable({
    configuredPath: process.env['TEMPORAL_CLI_PATH'],
    searchPath: process.env['PATH'] ?? '',
    cachedPath: cachedPath(process.env['XDG_CACHE_HOME']),
    installers: [],
    progress: () => undefined,
  });
  let stop = (): Promise<void> => Promise.resolve();
  onTestFinished(async () => {
    await stop();
    rmSync(dataDirectory, { recursive: true, force: true });
  });
  return {
    async start() {
      const port = await findFreePort();
      const settings = { sync: 'normal', headless: true, namespace: 'default' } as const;
      const { process: server } = await startServer({
        executable,
        arguments: makingArguments({ settings, ports: { server: port, ui: 0 } }),
        port,
        dataDirectory,
        isFirstStart: false,
        record: () => undefined,
      });
      stop = () => endProcess(server, 'gently');
      return addressOf(port);
    },
    stop: () => stop(),
    change(statement) {
      const database = new sqlite.Database(join(dataDirectory, DATABASE_FILE), { fileMustExist: true });
      try {
        database.exec(statement);
      } finally {
        database.close();
      }
    },
  };
}
