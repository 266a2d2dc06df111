-- What changed place is found first, by a plan for as many rows as there are: a session keeps the plan of a plain statement as it
-- made it for its first change, mostly one row, whose loop in a loop takes minutes for some thousand rows.
CREATE OR REPLACE FUNCTION parcs_touch_parks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    UPDATE parcs_parc p SET geom = p.geom WHERE EXISTS (SELECT FROM fresh f WHERE ST_Intersects(f.geom_l93, p.geom_l93));
  ELSIF TG_OP = 'DELETE' THEN
    UPDATE parcs_parc p SET geom = p.geom WHERE EXISTS (SELECT FROM stale s WHERE ST_Intersects(s.geom_l93, p.geom_l93));
  ELSE
    EXECUTE $changed$
      WITH changed AS MATERIALIZED (
        SELECT s.geom_l93 AS former, f.geom_l93 FROM stale s JOIN fresh f USING (id)
        WHERE s.geom IS DISTINCT FROM f.geom OR s.deleted_at IS DISTINCT FROM f.deleted_at)
      UPDATE parcs_parc p SET geom = p.geom
      WHERE EXISTS (
        SELECT FROM changed c WHERE ST_Intersects(c.former, p.geom_l93) OR ST_Intersects(c.geom_l93, p.geom_l93))
    $changed$;
  END IF;
  RETURN NULL;
END $$;
