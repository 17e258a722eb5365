import type { Logger } from '../config/logger.ts';
import type { EngineRecord } from './engine-record.ts';
import { isAlive } from './process-identity.ts';
import { endOnExit, endProcess, watchProcess } from './server-process.ts';
import type { StartedServer } from './start-server.ts';
import { waitUntilAnswers } from './wait-until-answers.ts';

interface Orphan {
  readonly record: EngineRecord;
  /** What an engine has to be started with now. */
  readonly settings: readonly string[];
  readonly logger: Logger;
}

/** One that is well answers in milliseconds; one that was still starting has this long to finish. */
const TIMEOUT_MS = 1_500;

/**
 * Takes over the engine that a killed service has left, if it answers and has the wanted settings, and ends it otherwise:
 * two servers on one database file would corrupt it.
 */
export async function adoptOrphan({ record, settings, logger }: Orphan): Promise<StartedServer | undefined> {
  if (!isAlive(record.process)) return undefined;
  const orphan = watchProcess(record.process);
  const { pid } = record.process;
  if (record.settings.join('\n') !== settings.join('\n')) {
    logger.info({ pid }, 'the engine left by an earlier service has other settings and is ended');
    await endProcess(orphan, 'gently');
    return undefined;
  }
  const serverVersion = await waitUntilAnswers({ address: record.address, timeoutMs: TIMEOUT_MS });
  if (serverVersion !== undefined) {
    logger.info({ pid, address: record.address }, 'the engine left by an earlier service is used again');
    endOnExit(orphan);
    return { process: orphan, serverVersion };
  }
  logger.warn({ pid }, 'the engine left by an earlier service does not answer and is ended');
  await endProcess(orphan, 'at once');
  return undefined;
}
