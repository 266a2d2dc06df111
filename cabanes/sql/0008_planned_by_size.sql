-- What changed place is found first, by a plan for as many rows as there are: a session keeps the plan of a plain statement as it
-- made it for its first change, mostly one row, whose loop in a loop takes minutes for some thousand rows.
CREATE OR REPLACE FUNCTION cabanes_touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    UPDATE cabanes_cabane k SET geom = k.geom WHERE EXISTS (SELECT FROM fresh f WHERE ST_Intersects(f.geom, k.geom));
  ELSIF TG_OP = 'DELETE' THEN
    UPDATE cabanes_cabane k SET geom = k.geom WHERE EXISTS (SELECT FROM stale s WHERE ST_Intersects(s.geom, k.geom));
  ELSE
    EXECUTE $changed$
      WITH changed AS MATERIALIZED (
        SELECT s.geom AS former, f.geom, f.uuid FROM stale s JOIN fresh f USING (id)
        WHERE (s.geom, s.status, s.deleted_at, s.geom_quality) IS DISTINCT FROM (f.geom, f.status, f.deleted_at, f.geom_quality))
      UPDATE cabanes_cabane k SET geom = k.geom
      WHERE EXISTS (
        SELECT FROM changed c
        WHERE ST_Intersects(c.former, k.geom) OR ST_Intersects(c.geom, k.geom) OR ($1 = 'parcs_parc' AND k.park_id = c.uuid))
    $changed$ USING TG_TABLE_NAME;
  END IF;
  RETURN NULL;
END $$;
