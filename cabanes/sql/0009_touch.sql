-- The parks and the commune of a cabin are found anew when one that counts there moved: through the indexes of cabins, or
-- not at all. A draft of a park counts nowhere; a commune counts in every state of publication. EXECUTE plans for as many rows as
-- there are: a session keeps the plan of its first change, and a loop in a loop planned for one row takes minutes for thousands.
CREATE OR REPLACE FUNCTION cabanes_touch() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  always CONSTANT boolean := TG_TABLE_NAME = 'parcs_commune';
  moved geometry[];
  named uuid[] := '{}';
BEGIN
  IF TG_OP = 'INSERT' THEN
    SELECT array_agg(f.geom) INTO moved FROM fresh f WHERE f.deleted_at IS NULL AND (always OR f.status = 'published');
  ELSIF TG_OP = 'DELETE' THEN
    SELECT array_agg(s.geom) INTO moved FROM stale s WHERE s.deleted_at IS NULL AND (always OR s.status = 'published');
  ELSE
    EXECUTE $moved$
      SELECT array_agg(shape.at) FILTER (WHERE shape.deleted_at IS NULL AND ($1 OR shape.status = 'published')),
             coalesce(array_agg(DISTINCT f.uuid) FILTER (WHERE NOT $1), '{}')
      FROM stale s JOIN fresh f USING (id)
      CROSS JOIN LATERAL (VALUES (s.geom, s.deleted_at, s.status), (f.geom, f.deleted_at, f.status)) shape (at, deleted_at, status)
      WHERE (s.geom, s.status, s.deleted_at, s.geom_quality) IS DISTINCT FROM (f.geom, f.status, f.deleted_at, f.geom_quality)
    $moved$ INTO moved, named USING always;
  END IF;
  IF moved IS NOT NULL OR named <> '{}' THEN
    UPDATE cabanes_cabane SET geom = geom WHERE id IN (
      SELECT near.id FROM unnest(moved) shape (at)
      CROSS JOIN LATERAL (SELECT k.id FROM cabanes_cabane k WHERE ST_Intersects(shape.at, k.geom) OFFSET 0) near
      UNION
      SELECT k.id FROM cabanes_cabane k WHERE k.park_id = ANY (named));
  END IF;
  RETURN NULL;
END $$;
