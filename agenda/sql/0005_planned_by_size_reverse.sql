CREATE OR REPLACE FUNCTION agenda_touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE agenda_evenement e SET geom = e.geom
  WHERE EXISTS (
    SELECT FROM stale s JOIN fresh f USING (id)
    WHERE (s.geom, s.status, s.deleted_at) IS DISTINCT FROM (f.geom, f.status, f.deleted_at)
      AND f.uuid IN (e.park_id, e.cabin_id, e.trail_id));
  RETURN NULL;
END $$;
