import { SEARCH_ATTRIBUTES } from '../domain/durable-names.ts';

// What our own queries, and the lists of the engine's UI, look for. The engine keeps our attributes in the first columns that it
// has for keywords.
const KEPT: ReadonlySet<string> = new Set([
  'default_idx',
  'by_workflow_id',
  'by_workflow_type',
  'by_status',
  ...SEARCH_ATTRIBUTES.map((_name, index) => `by_keyword_${String(index + 1).padStart(2, '0')}`),
]);

const ALL = `SELECT name, 'DROP ' || type || ' ' || name AS statement FROM sqlite_master
  WHERE tbl_name = 'executions_visibility' AND type IN ('index', 'trigger') AND sql IS NOT NULL`;

/**
 * Takes from the engine's list of workflows the indexes that nobody asks for, and the triggers that keep a full text of them: a
 * third of the engine's work was to write these, twice a workflow (docs/decisions/0017-an-index-for-what-is-asked.md).
 * @param databaseFile made by the pinned server, open nowhere, and not in WAL mode, which the library can't read
 * @throws if it is no such database
 */
export async function trimIndex(databaseFile: string): Promise<void> {
  // Read only where there is a database to be made.
  const { default: sqlite } = await import('node-sqlite3-wasm');
  const database = new sqlite.Database(databaseFile, { fileMustExist: true });
  try {
    const statements = database
      .all(ALL)
      .flatMap(({ name, statement }) => (typeof name !== 'string' || KEPT.has(name) || typeof statement !== 'string' ? [] : [statement]));
    database.exec(['BEGIN', ...statements, 'COMMIT'].join(';'));
  } finally {
    database.close();
  }
}
