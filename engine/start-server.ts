import { addressOf } from './address.ts';
import { dataDamaged, tellsOfDamage } from './data-damaged.ts';
import { EngineError } from './engine-error.ts';
import { hasAnnounced, openEngineLog, readEngineLog } from './engine-log.ts';
import type { EngineLog } from './engine-log.ts';
import type { ProcessIdentity } from './process-identity.ts';
import { listensOn } from './listens-on.ts';
import { endProcess } from './server-process.ts';
import type { ServerProcess } from './server-process.ts';
import { spawnServer } from './spawn-server.ts';
import { waitUntilAnswers } from './wait-until-answers.ts';

interface ServerStart {
  readonly executable: string;
  readonly arguments: readonly string[];
  readonly port: number;
  readonly dataDirectory: string;
  readonly isFirstStart: boolean;
  readonly record: (identity: ProcessIdentity) => void;
  readonly signal?: AbortSignal;
}

export interface StartedServer {
  readonly process: ServerProcess;
  readonly serverVersion: string;
}

/** A first start takes 0.2 s; a database that has to recover, or a busy machine, much longer. */
const TIMEOUT_MS = 60_000;
const EXCERPT_CHARACTERS = 1_000;

/** In the message of a start that failed since another process has one of its ports. */
export const PORT_TAKEN = 'address already in use';

/**
 * Starts the server and waits until it answers. One that doesn't is ended.
 * @throws EngineError `data_damaged`, or `engine_start_failed` with the beginning and the end of its log
 */
export async function startServer(start: ServerStart): Promise<StartedServer> {
  const log = openEngineLog(start.dataDirectory, start);
  const server = spawnServer({ ...start, log });
  const giveUp = new AbortController();
  const signal = start.signal === undefined ? giveUp.signal : AbortSignal.any([giveUp.signal, start.signal]);
  // Where the system can't be asked who listens, the server's own announcement tells, half a second later.
  const isReady = (): boolean => listensOn(server.identity, start.port) || hasAnnounced(log);
  const answer = waitUntilAnswers({ address: addressOf(start.port), timeoutMs: TIMEOUT_MS, signal, isReady });
  try {
    const serverVersion = await Promise.race([answer, server.ended.then(() => undefined)]);
    if (serverVersion !== undefined) return { process: server, serverVersion };
  } finally {
    giveUp.abort();
  }
  await endProcess(server, 'gently');
  throw startFailed(start.dataDirectory, log, await server.ended);
}

function startFailed(dataDirectory: string, log: EngineLog, reason: string): EngineError {
  const printed = readEngineLog(log);
  if (tellsOfDamage(printed)) return dataDamaged(dataDirectory, printed);
  const why = printed.includes(PORT_TAKEN) ? `${reason}: ${PORT_TAKEN}` : reason;
  return new EngineError('engine_start_failed', `The engine did not come up (${why}). From "${log.path}":\n${excerpt(printed)}`);
}

/** Its beginning and its end: a panic says first what went wrong, then where, at length. */
function excerpt(printed: string): string {
  if (printed.length <= 2 * EXCERPT_CHARACTERS) return printed;
  return `${printed.slice(0, EXCERPT_CHARACTERS)}\n…\n${printed.slice(-EXCERPT_CHARACTERS)}`;
}
