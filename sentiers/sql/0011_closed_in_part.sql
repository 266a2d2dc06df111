-- Trails that a closure's shape touches (25 m), whether all of the trail lies in it, and the closed stretch in
-- metres where surveyed.
CREATE OR REPLACE FUNCTION sentiers_close(closure bigint) RETURNS void LANGUAGE sql AS $$
  DELETE FROM sentiers_fermeturesentier WHERE fermeture_id = closure AND NOT chosen;
  INSERT INTO sentiers_fermeturesentier (fermeture_id, sentier_id, chosen, is_whole, from_m, to_m)
  SELECT f.id, s.id, false, ST_CoveredBy(s.geom_l93, around.zone),
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
  ON CONFLICT (fermeture_id, sentier_id) DO UPDATE
  SET is_whole = sentiers_fermeturesentier.chosen OR excluded.is_whole, from_m = excluded.from_m, to_m = excluded.to_m
$$;
