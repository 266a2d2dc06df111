CREATE OR REPLACE FUNCTION cabanes_touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    UPDATE cabanes_cabane k SET geom = k.geom WHERE EXISTS (SELECT FROM fresh f WHERE ST_Intersects(f.geom, k.geom));
  ELSIF TG_OP = 'DELETE' THEN
    UPDATE cabanes_cabane k SET geom = k.geom WHERE EXISTS (SELECT FROM stale s WHERE ST_Intersects(s.geom, k.geom));
  ELSE
    UPDATE cabanes_cabane k SET geom = k.geom
    WHERE EXISTS (
      SELECT FROM stale s JOIN fresh f USING (id)
      WHERE (s.geom, s.status, s.deleted_at, s.geom_quality) IS DISTINCT FROM (f.geom, f.status, f.deleted_at, f.geom_quality)
        AND (ST_Intersects(s.geom, k.geom) OR ST_Intersects(f.geom, k.geom) OR (TG_TABLE_NAME = 'parcs_parc' AND k.park_id = f.uuid)));
  END IF;
  RETURN NULL;
END $$;
