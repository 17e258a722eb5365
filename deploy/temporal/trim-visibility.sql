-- Optional, for the database temporal_visibility: drops the indexes of the list of workflows that neither Tickless nor the lists of Temporal's UI
-- ask for. Safe to run again. What is dropped is written down, and restore-visibility.sql brings it back.
CREATE TABLE IF NOT EXISTS tickless_trimmed_indexes (name text PRIMARY KEY, definition text NOT NULL);

DO $$
DECLARE
  found record;
BEGIN
  FOR found IN
    SELECT indexname, indexdef FROM pg_indexes
    WHERE schemaname = current_schema() AND tablename = 'executions_visibility'
      AND indexname <> 'executions_visibility_pkey'
      -- Those that engine/trim-index.ts keeps.
      AND indexname <> ALL (ARRAY ['default_idx', 'by_workflow_id', 'by_workflow_type', 'by_status'])
      AND indexname !~ '^by_keyword_\d\d$'
  LOOP
    INSERT INTO tickless_trimmed_indexes VALUES (found.indexname, found.indexdef) ON CONFLICT DO NOTHING;
    EXECUTE format('DROP INDEX %I', found.indexname);
  END LOOP;
END $$;
