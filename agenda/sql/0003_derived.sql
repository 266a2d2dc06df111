-- The point of an event follows its place: cabin, else park, else the start of the trail, else the
-- centre of the commune. Without any of them the typed point stays.

CREATE FUNCTION agenda_derive_evenement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.geom := coalesce(
    (SELECT k.geom FROM cabanes_cabane k WHERE k.uuid = NEW.cabin_id AND k.status = 'published' AND k.deleted_at IS NULL),
    (SELECT ST_PointOnSurface(p.geom) FROM parcs_parc p WHERE p.uuid = NEW.park_id AND p.status = 'published' AND p.deleted_at IS NULL),
    (SELECT ST_StartPoint(s.geom) FROM sentiers_sentier s WHERE s.uuid = NEW.trail_id AND s.status = 'published' AND s.deleted_at IS NULL),
    (SELECT coalesce(c.centre, ST_PointOnSurface(c.geom)) FROM parcs_commune c WHERE c.insee_code = NEW.commune_id),
    CASE WHEN NEW.cabin_id IS NULL AND NEW.park_id IS NULL AND NEW.trail_id IS NULL THEN NEW.geom END);
  RETURN NEW;
END $$;
CREATE TRIGGER c_derive BEFORE INSERT OR UPDATE ON agenda_evenement FOR EACH ROW EXECUTE FUNCTION agenda_derive_evenement();

CREATE FUNCTION agenda_touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE agenda_evenement e SET geom = e.geom
  WHERE EXISTS (
    SELECT FROM stale s JOIN fresh f USING (id)
    WHERE (s.geom, s.status, s.deleted_at) IS DISTINCT FROM (f.geom, f.status, f.deleted_at)
      AND f.uuid IN (e.park_id, e.cabin_id, e.trail_id));
  RETURN NULL;
END $$;
CREATE TRIGGER t_events AFTER UPDATE ON parcs_parc REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION agenda_touch();
CREATE TRIGGER t_events AFTER UPDATE ON cabanes_cabane REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION agenda_touch();
CREATE TRIGGER t_events AFTER UPDATE ON sentiers_sentier REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION agenda_touch();
