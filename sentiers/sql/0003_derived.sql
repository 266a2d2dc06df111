-- What a trail's line says: communes in walking order, published parks and cabins along it, and,
-- for a line that is not schematic, positions in metres and the figures of its profile.
-- A cabin is along a trail within 150 m (sentiers_reach_m).

CREATE FUNCTION sentiers_reach_m() RETURNS float8 LANGUAGE sql IMMUTABLE AS 'SELECT 150.0::float8';

-- Where along a line a shape is first met, 0 to 1.
CREATE FUNCTION sentiers_first_fraction(line geometry, shape geometry) RETURNS float8 LANGUAGE sql IMMUTABLE AS $$
  SELECT coalesce(min(ST_LineLocatePoint(line, point.geom)), 0)
  FROM ST_DumpPoints(coalesce(nullif(ST_Intersection(line, shape), 'SRID=2154;GEOMETRYCOLLECTION EMPTY'::geometry), ST_ClosestPoint(line, shape))) point
$$;

-- Climb and fall in metres, lowest, highest, steepest slope over segments of 10 m and more, and the
-- walking time of DIN 33466 in hours (4 km/h, 300 m/h up, 500 m/h down), from elevations in metres.
CREATE FUNCTION sentiers_profile(line geometry, elevations float8[])
RETURNS TABLE (ascent float8, descent float8, lowest float8, highest float8, slope float8, hours float8) LANGUAGE sql IMMUTABLE AS $$
  WITH points AS (
    SELECT ele, lag(ele) OVER walk AS before, ST_Distance(geom, lag(geom) OVER walk) AS metres
    FROM ROWS FROM (unnest(elevations), ST_DumpPoints(line)) WITH ORDINALITY AS p(ele, path, geom, n)
    WINDOW walk AS (ORDER BY n)
  ), total AS (
    SELECT coalesce(sum(greatest(ele - before, 0)), 0) AS up, coalesce(sum(greatest(before - ele, 0)), 0) AS down,
           min(ele) AS low, max(ele) AS high, max(CASE WHEN metres >= 10 THEN abs(ele - before) / metres * 100 END) AS steep
    FROM points
  ), time AS (
    SELECT ST_Length(line) / 4000 AS flat, up / 300 + down / 500 AS climb FROM total
  )
  SELECT round(up::numeric, 1)::float8, round(down::numeric, 1)::float8, low, high, round(steep::numeric, 1)::float8,
         round((greatest(flat, climb) + least(flat, climb) / 2)::numeric, 2)::float8
  FROM total, time
$$;

CREATE FUNCTION sentiers_derive() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  line CONSTANT geometry := ST_Transform(NEW.geom, 2154);
BEGIN
  NEW.communes := coalesce((
    SELECT array_agg(c.insee_code ORDER BY sentiers_first_fraction(line, c.geom_l93), c.insee_code)
    FROM parcs_commune c WHERE ST_Intersects(c.geom_l93, line) AND c.deleted_at IS NULL), '{}');
  NEW.parks := coalesce((
    SELECT array_agg(p.uuid ORDER BY sentiers_first_fraction(line, p.geom_l93), p.id)
    FROM parcs_parc p WHERE ST_Intersects(p.geom_l93, line) AND p.status = 'published' AND p.deleted_at IS NULL), '{}');
  NEW.cabins := coalesce((
    SELECT array_agg(k.uuid ORDER BY ST_LineLocatePoint(line, k.geom_l93), k.id)
    FROM cabanes_cabane k
    WHERE ST_DWithin(k.geom_l93, line, sentiers_reach_m()) AND k.status = 'published' AND k.deleted_at IS NULL), '{}');
  NEW.ascent_m := NULL; NEW.descent_m := NULL; NEW.ele_min_m := NULL; NEW.ele_max_m := NULL; NEW.max_slope_pct := NULL; NEW.duration_h := NULL;
  IF NEW.geom_quality <> 'schematic' AND cardinality(NEW.elevations_m) = ST_NPoints(NEW.geom) AND array_position(NEW.elevations_m, NULL) IS NULL THEN
    SELECT ascent, descent, lowest, highest, slope, hours
      INTO NEW.ascent_m, NEW.descent_m, NEW.ele_min_m, NEW.ele_max_m, NEW.max_slope_pct, NEW.duration_h
      FROM sentiers_profile(line, NEW.elevations_m);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER c_derive BEFORE INSERT OR UPDATE ON sentiers_sentier FOR EACH ROW EXECUTE FUNCTION sentiers_derive();

-- Positions beside the row: which cabins and parks, at what metre of a line that was surveyed.
CREATE FUNCTION sentiers_place() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  surveyed CONSTANT boolean := NEW.geom_quality <> 'schematic';
  metres CONSTANT float8 := ST_Length(NEW.geom_l93);
BEGIN
  IF TG_OP = 'UPDATE' THEN
    DELETE FROM sentiers_sentiercabane WHERE sentier_id = NEW.id;
    DELETE FROM sentiers_sentierparc WHERE sentier_id = NEW.id;
  END IF;
  IF NEW.cabins <> '{}' THEN
    INSERT INTO sentiers_sentiercabane (sentier_id, cabane_id, at_m, distance_m)
    SELECT NEW.id, k.id,
           CASE WHEN surveyed THEN round((ST_LineLocatePoint(NEW.geom_l93, k.geom_l93) * metres)::numeric, 1) END,
           CASE WHEN surveyed THEN round(ST_Distance(NEW.geom_l93, k.geom_l93)::numeric, 1) END
    FROM cabanes_cabane k WHERE k.uuid = ANY (NEW.cabins);
  END IF;
  IF NEW.parks <> '{}' THEN
    INSERT INTO sentiers_sentierparc (sentier_id, parc_id, from_m, to_m)
    SELECT NEW.id, p.id, CASE WHEN surveyed THEN round((met.first * metres)::numeric, 1) END, CASE WHEN surveyed THEN round((met.last * metres)::numeric, 1) END
    FROM parcs_parc p
    CROSS JOIN LATERAL (
      SELECT min(ST_LineLocatePoint(NEW.geom_l93, point.geom)) AS first, max(ST_LineLocatePoint(NEW.geom_l93, point.geom)) AS last
      FROM ST_DumpPoints(ST_Intersection(NEW.geom_l93, p.geom_l93)) point
    ) met
    WHERE p.uuid = ANY (NEW.parks);
  END IF;
  PERFORM sentiers_close(f.id) FROM alertes_fermeture f
  WHERE f.geom IS NOT NULL AND ST_DWithin(f.geom, NEW.geom, 0.001)
     OR f.id IN (SELECT fs.fermeture_id FROM sentiers_fermeturesentier fs WHERE fs.sentier_id = NEW.id);
  RETURN NULL;
END $$;

-- Trails that a closure's shape touches (25 m), with the closed stretch in metres where surveyed.
CREATE FUNCTION sentiers_close(closure bigint) RETURNS void LANGUAGE sql AS $$
  DELETE FROM sentiers_fermeturesentier WHERE fermeture_id = closure AND NOT chosen;
  INSERT INTO sentiers_fermeturesentier (fermeture_id, sentier_id, chosen, from_m, to_m)
  SELECT f.id, s.id, false,
         CASE WHEN s.geom_quality <> 'schematic' THEN round((met.first * ST_Length(s.geom_l93))::numeric, 1) END,
         CASE WHEN s.geom_quality <> 'schematic' THEN round((met.last * ST_Length(s.geom_l93))::numeric, 1) END
  FROM alertes_fermeture f
  CROSS JOIN LATERAL (SELECT ST_Buffer(ST_Transform(f.geom, 2154), 25) AS zone) around
  JOIN sentiers_sentier s ON ST_Intersects(s.geom_l93, around.zone) AND s.deleted_at IS NULL
  CROSS JOIN LATERAL (
    SELECT min(ST_LineLocatePoint(s.geom_l93, point.geom)) AS first, max(ST_LineLocatePoint(s.geom_l93, point.geom)) AS last
    FROM ST_DumpPoints(ST_Intersection(s.geom_l93, around.zone)) point
  ) met
  WHERE f.id = closure AND f.geom IS NOT NULL AND f.deleted_at IS NULL
  ON CONFLICT (fermeture_id, sentier_id) DO UPDATE SET from_m = excluded.from_m, to_m = excluded.to_m
$$;
CREATE TRIGGER p_place AFTER INSERT OR UPDATE ON sentiers_sentier FOR EACH ROW EXECUTE FUNCTION sentiers_place();

CREATE FUNCTION sentiers_closure_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM sentiers_close(NEW.id);
  RETURN NULL;
END $$;
CREATE TRIGGER p_trails AFTER INSERT OR UPDATE ON alertes_fermeture FOR EACH ROW EXECUTE FUNCTION sentiers_closure_moved();

-- A park, cabin or commune that moves, comes, goes or changes its visibility: trails near it, before
-- or after, derive again.
CREATE FUNCTION sentiers_touch() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER t_trails_insert AFTER INSERT ON cabanes_cabane REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION sentiers_touch();
CREATE TRIGGER t_trails_update AFTER UPDATE ON cabanes_cabane REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION sentiers_touch();
CREATE TRIGGER t_trails_delete AFTER DELETE ON cabanes_cabane REFERENCING OLD TABLE AS stale FOR EACH STATEMENT EXECUTE FUNCTION sentiers_touch();
CREATE TRIGGER t_trails_insert AFTER INSERT ON parcs_parc REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION sentiers_touch();
CREATE TRIGGER t_trails_update AFTER UPDATE ON parcs_parc REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION sentiers_touch();
CREATE TRIGGER t_trails_delete AFTER DELETE ON parcs_parc REFERENCING OLD TABLE AS stale FOR EACH STATEMENT EXECUTE FUNCTION sentiers_touch();
CREATE TRIGGER t_trails_insert AFTER INSERT ON parcs_commune REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION sentiers_touch();
CREATE TRIGGER t_trails_update AFTER UPDATE ON parcs_commune REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION sentiers_touch();
CREATE TRIGGER t_trails_delete AFTER DELETE ON parcs_commune REFERENCING OLD TABLE AS stale FOR EACH STATEMENT EXECUTE FUNCTION sentiers_touch();

ALTER TABLE sentiers_sentier ADD CONSTRAINT sentiers_sentier_elevations
  CHECK (elevations_m IS NULL OR cardinality(elevations_m) = ST_NPoints(geom));
