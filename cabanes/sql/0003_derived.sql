-- What a cabin's position says: its commune (a stated one wins), the published parks that contain
-- it, smallest first, and the distance to its own park in metres (null where either is schematic).
-- Counts on the GiST indexes of parcs_commune.geom and parcs_parc.geom.

CREATE FUNCTION cabanes_derive() RETURNS trigger LANGUAGE plpgsql AS $$
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
     WHERE p.uuid = NEW.park_id AND p.geom_quality <> 'schematic') END;
  RETURN NEW;
END $$;
CREATE TRIGGER c_derive BEFORE INSERT OR UPDATE ON cabanes_cabane FOR EACH ROW EXECUTE FUNCTION cabanes_derive();

-- A park or commune that moves, comes, goes or changes its visibility: cabins inside it, before or
-- after, and cabins that name it, derive again.
CREATE FUNCTION cabanes_touch() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER t_cabins_insert AFTER INSERT ON parcs_parc REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION cabanes_touch();
CREATE TRIGGER t_cabins_update AFTER UPDATE ON parcs_parc REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION cabanes_touch();
CREATE TRIGGER t_cabins_delete AFTER DELETE ON parcs_parc REFERENCING OLD TABLE AS stale FOR EACH STATEMENT EXECUTE FUNCTION cabanes_touch();
CREATE TRIGGER t_cabins_insert AFTER INSERT ON parcs_commune REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION cabanes_touch();
CREATE TRIGGER t_cabins_update AFTER UPDATE ON parcs_commune REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION cabanes_touch();
CREATE TRIGGER t_cabins_delete AFTER DELETE ON parcs_commune REFERENCING OLD TABLE AS stale FOR EACH STATEMENT EXECUTE FUNCTION cabanes_touch();
