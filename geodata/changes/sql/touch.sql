-- The trigger of `operations.Touch`, which fills in the names: rows of a table are made anew that derive from what moved, came, went
-- or changed in what it counts for. It is fired once a statement, with its rows as they were (stale) and as they are (fresh).
-- `moved` holds those that count before or after; what is found of them is found by indexes, or not looked for when there are none.
-- A draft counts nowhere, but the rows of one table may count in every state of publication. EXECUTE plans for as many rows as
-- there are: a session keeps the plan of its first change, and a loop in a loop planned for one row takes minutes for thousands.
CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $touch$
DECLARE
  always CONSTANT boolean := TG_TABLE_NAME = '{in_every_state}';
  counted CONSTANT text := CASE TG_OP
    WHEN 'INSERT' THEN 'fresh shape WHERE true'
    WHEN 'DELETE' THEN 'stale shape WHERE true'
    ELSE 'stale s JOIN fresh f USING (id) CROSS JOIN LATERAL (SELECT %s UNION ALL SELECT %s) shape
          WHERE ({stale}) IS DISTINCT FROM ({fresh})'
    END || ' AND shape.deleted_at IS NULL AND ($1 OR shape.status = ''published'')';
  is_any boolean;
BEGIN
  -- Of EXISTS the first row would be planned for.
  EXECUTE format('SELECT count(*) > 0 FROM ' || counted, 's.status, s.deleted_at', 'f.status, f.deleted_at')
    INTO is_any USING always;
  IF is_any THEN
    EXECUTE format('WITH moved AS MATERIALIZED (SELECT shape.* FROM ' || counted || ')', 's.*', 'f.*')
      || $found$ UPDATE {table} SET geom = geom WHERE id IN ({found}) $found$ USING always;
  END IF;
  RETURN NULL;
END $touch$;
