-- What changed place is found first, by a plan for as many rows as there are: a session keeps the plan of a plain statement as it
-- made it for its first change, mostly one row, whose loop in a loop takes minutes for some thousand rows.
CREATE OR REPLACE FUNCTION agenda_touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE $changed$
    WITH changed AS MATERIALIZED (
      SELECT f.uuid FROM stale s JOIN fresh f USING (id)
      WHERE (s.geom, s.status, s.deleted_at) IS DISTINCT FROM (f.geom, f.status, f.deleted_at))
    UPDATE agenda_evenement e SET geom = e.geom
    WHERE EXISTS (SELECT FROM changed c WHERE c.uuid IN (e.park_id, e.cabin_id, e.trail_id))
  $changed$;
  RETURN NULL;
END $$;
