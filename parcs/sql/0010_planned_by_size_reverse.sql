CREATE OR REPLACE FUNCTION parcs_touch_parks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    UPDATE parcs_parc p SET geom = p.geom WHERE EXISTS (SELECT FROM fresh f WHERE ST_Intersects(f.geom_l93, p.geom_l93));
  ELSIF TG_OP = 'DELETE' THEN
    UPDATE parcs_parc p SET geom = p.geom WHERE EXISTS (SELECT FROM stale s WHERE ST_Intersects(s.geom_l93, p.geom_l93));
  ELSE
    UPDATE parcs_parc p SET geom = p.geom
    WHERE EXISTS (
      SELECT FROM stale s JOIN fresh f USING (id)
      WHERE (s.geom IS DISTINCT FROM f.geom OR s.deleted_at IS DISTINCT FROM f.deleted_at)
        AND (ST_Intersects(s.geom_l93, p.geom_l93) OR ST_Intersects(f.geom_l93, p.geom_l93)));
  END IF;
  RETURN NULL;
END $$;
