-- What changed place is found first, by a plan for as many rows as there are: a session keeps the plan of a plain statement as it
-- made it for its first change, mostly one row, whose loop in a loop takes minutes for some thousand rows.
CREATE OR REPLACE FUNCTION sentiers_touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    UPDATE sentiers_sentier t SET geom = t.geom
    WHERE EXISTS (SELECT FROM fresh f WHERE ST_DWithin(f.geom_l93, t.geom_l93, sentiers_reach_m()));
  ELSIF TG_OP = 'DELETE' THEN
    UPDATE sentiers_sentier t SET geom = t.geom
    WHERE EXISTS (SELECT FROM stale s WHERE ST_DWithin(s.geom_l93, t.geom_l93, sentiers_reach_m()));
  ELSE
    EXECUTE $changed$
      WITH changed AS MATERIALIZED (
        SELECT s.geom_l93 AS former, f.geom_l93 FROM stale s JOIN fresh f USING (id)
        WHERE (s.geom, s.status, s.deleted_at) IS DISTINCT FROM (f.geom, f.status, f.deleted_at))
      UPDATE sentiers_sentier t SET geom = t.geom
      WHERE EXISTS (
        SELECT FROM changed c
        WHERE ST_DWithin(c.former, t.geom_l93, sentiers_reach_m()) OR ST_DWithin(c.geom_l93, t.geom_l93, sentiers_reach_m()))
    $changed$;
  END IF;
  RETURN NULL;
END $$;
