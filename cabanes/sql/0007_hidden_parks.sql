-- The distance to a park that is not public would tell where it lies: as in parks_containing, such a park does not count.
CREATE OR REPLACE FUNCTION cabanes_derive() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.commune_id := coalesce(
    (SELECT c.insee_code FROM parcs_commune c WHERE c.insee_code = nullif(NEW.stated_commune, '')),
    (SELECT c.insee_code FROM parcs_commune c
     WHERE ST_Intersects(c.geom, NEW.geom) AND c.deleted_at IS NULL ORDER BY c.insee_code LIMIT 1));
  NEW.parks_containing := coalesce(
    (SELECT array_agg(p.uuid ORDER BY ST_Area(p.geom), p.id) FROM parcs_parc p
     WHERE ST_Intersects(p.geom, NEW.geom) AND p.status = 'published' AND p.deleted_at IS NULL), '{}');
  NEW.park_distance_m := CASE WHEN NEW.geom_quality <> 'schematic' THEN
    (SELECT round(ST_Distance(p.geom_l93, ST_Transform(NEW.geom, 2154))::numeric, 1)::float8 FROM parcs_parc p
     WHERE p.uuid = NEW.park_id AND p.geom_quality <> 'schematic' AND p.status = 'published' AND p.deleted_at IS NULL) END;
  RETURN NEW;
END $$;

UPDATE cabanes_cabane k SET geom = k.geom FROM parcs_parc p
WHERE p.uuid = k.park_id AND k.park_distance_m IS NOT NULL AND (p.status <> 'published' OR p.deleted_at IS NOT NULL);
