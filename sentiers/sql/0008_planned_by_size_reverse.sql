CREATE OR REPLACE FUNCTION sentiers_touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    UPDATE sentiers_sentier t SET geom = t.geom
    WHERE EXISTS (SELECT FROM fresh f WHERE ST_DWithin(f.geom_l93, t.geom_l93, sentiers_reach_m()));
  ELSIF TG_OP = 'DELETE' THEN
    UPDATE sentiers_sentier t SET geom = t.geom
    WHERE EXISTS (SELECT FROM stale s WHERE ST_DWithin(s.geom_l93, t.geom_l93, sentiers_reach_m()));
  ELSE
    UPDATE sentiers_sentier t SET geom = t.geom
    WHERE EXISTS (
      SELECT FROM stale s JOIN fresh f USING (id)
      WHERE (s.geom, s.status, s.deleted_at) IS DISTINCT FROM (f.geom, f.status, f.deleted_at)
        AND (ST_DWithin(s.geom_l93, t.geom_l93, sentiers_reach_m()) OR ST_DWithin(f.geom_l93, t.geom_l93, sentiers_reach_m())));
  END IF;
  RETURN NULL;
END $$;
