-- What stands on a trail, and where, is made anew when what counts there moved: found by the index of shapes, or not
-- looked for at all. A draft counts nowhere; a commune counts in every state of publication. EXECUTE plans for as many rows
-- as there are: a session keeps the plan of its first change, and a loop in a loop planned for one row takes minutes for thousands.
CREATE OR REPLACE FUNCTION sentiers_touch() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  always CONSTANT boolean := TG_TABLE_NAME = 'parcs_commune';
  moved geometry[];
BEGIN
  IF TG_OP = 'INSERT' THEN
    SELECT array_agg(f.geom_l93) INTO moved FROM fresh f WHERE f.deleted_at IS NULL AND (always OR f.status = 'published');
  ELSIF TG_OP = 'DELETE' THEN
    SELECT array_agg(s.geom_l93) INTO moved FROM stale s WHERE s.deleted_at IS NULL AND (always OR s.status = 'published');
  ELSE
    EXECUTE $moved$
      SELECT array_agg(shape.at) FROM stale s JOIN fresh f USING (id)
      CROSS JOIN LATERAL (
        VALUES (s.geom_l93, s.deleted_at, s.status), (f.geom_l93, f.deleted_at, f.status)) shape (at, deleted_at, status)
      WHERE (s.geom, s.status, s.deleted_at) IS DISTINCT FROM (f.geom, f.status, f.deleted_at)
        AND shape.deleted_at IS NULL AND ($1 OR shape.status = 'published')
    $moved$ INTO moved USING always;
  END IF;
  IF moved IS NOT NULL THEN
    UPDATE sentiers_sentier SET geom = geom WHERE id IN (
      SELECT near.id FROM unnest(moved) shape (at)
      CROSS JOIN LATERAL (SELECT t.id FROM sentiers_sentier t WHERE ST_DWithin(shape.at, t.geom_l93, sentiers_reach_m()) OFFSET 0) near);
  END IF;
  RETURN NULL;
END $$;
