import { join } from 'node:path';
import { EngineError } from './engine-error.ts';
import { DATABASE_FILE } from './server-arguments.ts';

// As SQLite says it: SQLITE_CORRUPT, SQLITE_NOTADB.
const DAMAGE = /database disk image is malformed|file is not a database/;

/** Whether the server says that its database is damaged. */
export function tellsOfDamage(text: string): boolean {
  return DAMAGE.test(text);
}

/** @param said by the server */
export function dataDamaged(dataDirectory: string, said: string, options?: ErrorOptions): EngineError {
  const database = join(dataDirectory, DATABASE_FILE);
  const line = said.split('\n').find(tellsOfDamage) ?? said;
  const message = [
    `The engine can't read its data: "${database}" is damaged ("${line.trim()}").`,
    `Either`,
    `  - put a copy of "${dataDirectory}" back that was made while the service was stopped, or`,
    `  - save what can be read, while the service is stopped: sqlite3 ${database} .recover | sqlite3 ${database}.new,`,
    `    remove "${database}-wal" and "${database}-shm", and put the new file in the place of the old one, or`,
    `  - move "${dataDirectory}" away, to start empty, or start with another directory: TICKLESS_DATA=<directory>.`,
  ];
  return new EngineError('data_damaged', message.join('\n'), options);
}
