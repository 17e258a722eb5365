-- Makes again what trim-visibility.sql has dropped. Needed before the schema of another version is set up: some of its steps drop an index
-- and fail where there is none.
DO $$
DECLARE
  dropped record;
BEGIN
  IF to_regclass('tickless_trimmed_indexes') IS NULL THEN
    RETURN;
  END IF;
  FOR dropped IN SELECT name, definition FROM tickless_trimmed_indexes LOOP
    IF to_regclass(quote_ident(dropped.name)) IS NULL THEN
      EXECUTE dropped.definition;
    END IF;
  END LOOP;
  DROP TABLE tickless_trimmed_indexes;
END $$;
