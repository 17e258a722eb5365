const KEYWORD_COLUMNS = 10;

// What our own queries, and the lists of the engine's UI, look for. Which of its columns for keywords our attributes are kept in is
// chosen anew for each namespace.
const KEPT: ReadonlySet<string> = new Set([
  'default_idx',
  'by_workflow_id',
  'by_workflow_type',
  'by_status',
  ...Array.from({ length: KEYWORD_COLUMNS }, (_, index) => `by_keyword_${String(index + 1).padStart(2, '0')}`),
]);

const ALL = `SELECT name, 'DROP ' || type || ' ' || name AS statement FROM sqlite_master
  WHERE tbl_name = 'executions_visibility' AND type IN ('index', 'trigger') AND sql IS NOT NULL`;

/**
 * Takes from the engine's list of workflows the indexes that nobody asks for, and the triggers that keep a full text of them: a
 * quarter of the engine's work was to write these, twice a workflow (docs/decisions/0017-an-index-for-what-is-asked.md).
 * @param databaseFile made by the pinned server, open nowhere, with no journal beside it: the library neither reads a log (WAL)
 *   nor rolls back what was cut off
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
