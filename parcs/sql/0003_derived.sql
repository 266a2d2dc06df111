-- Communes of a park by falling share, kept on the row and in parcs_parccommune.
-- Counts on the GiST index of parcs_commune.geom_l93.

CREATE FUNCTION parcs_commune_shares(shape geometry)
RETURNS TABLE (insee_code varchar, share float8) LANGUAGE sql STABLE AS $$
  SELECT c.insee_code, part.share
  FROM (SELECT ST_Transform(shape, 2154) AS metres) park
  JOIN parcs_commune c ON ST_Intersects(c.geom_l93, park.metres) AND c.deleted_at IS NULL
  CROSS JOIN LATERAL (
    SELECT round((ST_Area(ST_Intersection(c.geom_l93, park.metres)) / nullif(ST_Area(park.metres), 0))::numeric, 4)::float8 AS share
  ) part
  WHERE part.share > 0
  ORDER BY part.share DESC, c.insee_code
$$;

CREATE FUNCTION parcs_derive_parc() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.communes := coalesce((SELECT array_agg(s.insee_code ORDER BY s.share DESC, s.insee_code)
                            FROM parcs_commune_shares(NEW.geom) s), '{}');
  IF NEW.parent_id IS NOT NULL AND (
       EXISTS (SELECT FROM parcs_parc p WHERE p.uuid = NEW.parent_id AND p.parent_id IS NOT NULL)
       OR EXISTS (SELECT FROM parcs_parc p WHERE p.parent_id = NEW.uuid)) THEN
    RAISE EXCEPTION 'a park is part of another on one level only'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'parcs_parc_parent_level', TABLE = 'parcs_parc';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER c_derive BEFORE INSERT OR UPDATE ON parcs_parc FOR EACH ROW EXECUTE FUNCTION parcs_derive_parc();

CREATE FUNCTION parcs_share_parc() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM parcs_parccommune pc WHERE pc.parc_id = NEW.id
    AND NOT EXISTS (SELECT FROM unnest(NEW.communes) code WHERE code = pc.commune_id);
  INSERT INTO parcs_parccommune (parc_id, commune_id, share)
  SELECT NEW.id, s.insee_code, least(s.share, 1) FROM parcs_commune_shares(NEW.geom) s
  ON CONFLICT (parc_id, commune_id) DO UPDATE SET share = excluded.share WHERE parcs_parccommune.share <> excluded.share;
  RETURN NULL;
END $$;
CREATE TRIGGER p_shares AFTER INSERT OR UPDATE ON parcs_parc FOR EACH ROW EXECUTE FUNCTION parcs_share_parc();

-- A commune that moves, comes or goes: the parks it touches derive again. `touched` is every shape
-- that the statement took away or brought.
CREATE FUNCTION parcs_touch_parks() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER t_parks_insert AFTER INSERT ON parcs_commune REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION parcs_touch_parks();
CREATE TRIGGER t_parks_update AFTER UPDATE ON parcs_commune REFERENCING OLD TABLE AS stale NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION parcs_touch_parks();
CREATE TRIGGER t_parks_delete AFTER DELETE ON parcs_commune REFERENCING OLD TABLE AS stale
  FOR EACH STATEMENT EXECUTE FUNCTION parcs_touch_parks();

-- No authority is, through its parents, a member of itself.
CREATE FUNCTION parcs_acyclic_autorite() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    WITH RECURSIVE above(code, parent_id) AS (
      SELECT a.code, a.parent_id FROM parcs_autorite a WHERE a.code = NEW.parent_id
      UNION
      SELECT a.code, a.parent_id FROM parcs_autorite a JOIN above ON a.code = above.parent_id
    ) SELECT FROM above WHERE code = NEW.code) THEN
    RAISE EXCEPTION 'an authority is not a member of itself'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'parcs_autorite_acyclic', TABLE = 'parcs_autorite';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER q_acyclic AFTER INSERT OR UPDATE ON parcs_autorite
  FOR EACH ROW WHEN (NEW.parent_id IS NOT NULL) EXECUTE FUNCTION parcs_acyclic_autorite();
