-- A clock that is set back changes neither the order of changes nor what was at an instant.
--   geodata_instant()  the instant of the running transaction, which holds the revision lock: that of the clock, or right
--                      after the last change where the clock is behind it. One that was written by a clock more than a
--                      day ahead is not followed: it would be every instant until then.
--   geodata_moment()   before row: the history bears it.
--   geodata_stamp()    before row, as before: updated_at bears it too.
-- Index: geodata_revision_instant.
CREATE FUNCTION geodata_instant() RETURNS timestamptz LANGUAGE plpgsql AS $$
DECLARE
  clock CONSTANT timestamptz := clock_timestamp();
  last timestamptz;
BEGIN
  IF geodata_setting('moment') = '' THEN
    SELECT max(at) INTO last FROM geodata_revision WHERE at < clock + interval '1 day';
    PERFORM set_config('chaine.moment', greatest(clock, last + interval '1 microsecond')::text, true);
  END IF;
  RETURN geodata_setting('moment')::timestamptz;
END $$;

CREATE OR REPLACE FUNCTION geodata_moment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.at := geodata_instant();
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION geodata_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  collection_id CONSTANT text := TG_ARGV[0];
  actor CONSTANT bigint := nullif(geodata_setting('actor'), '')::bigint;
  skipped text[];
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF NEW.uuid <> OLD.uuid THEN
      RAISE EXCEPTION 'the uuid of a feature never changes'
        USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_uuid_fixed', TABLE = TG_TABLE_NAME;
    END IF;
    IF NEW.geom IS NOT DISTINCT FROM OLD.geom THEN
      skipped := geodata_volatile_columns(TG_RELID);
      IF to_jsonb(NEW) - skipped = to_jsonb(OLD) - skipped THEN
        RETURN OLD;
      END IF;
    END IF;
  ELSE
    IF EXISTS (SELECT FROM geodata_tombstone t WHERE t.uuid = NEW.uuid) THEN
      RAISE EXCEPTION 'this uuid belonged to a deleted feature'
        USING ERRCODE = 'unique_violation', CONSTRAINT = TG_TABLE_NAME || '_uuid_reused', TABLE = TG_TABLE_NAME;
    END IF;
    NEW.created_by_id := coalesce(NEW.created_by_id, actor);
  END IF;
  IF TG_OP = 'INSERT' OR NEW.slug <> OLD.slug THEN
    IF EXISTS (SELECT FROM geodata_formerslug f WHERE f.collection = collection_id AND f.slug = NEW.slug AND f.uuid <> NEW.uuid)
       OR EXISTS (SELECT FROM geodata_tombstone t WHERE t.collection = collection_id AND t.slug = NEW.slug AND t.uuid <> NEW.uuid) THEN
      RAISE EXCEPTION 'this slug belonged to another feature'
        USING ERRCODE = 'unique_violation', CONSTRAINT = TG_TABLE_NAME || '_slug_reused', TABLE = TG_TABLE_NAME;
    END IF;
  END IF;
  NEW.revision := nextval('geodata_revision_seq');
  NEW.updated_at := geodata_instant();
  NEW.updated_by_id := actor;
  RETURN NEW;
END $$;
