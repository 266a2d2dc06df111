-- History of every collection's table (decisions 7 and 8).
--   geodata_lock()    before statement: the one revision lock, before any row lock
--   geodata_stamp()   before row: next revision when something changed, who and when; ids never reused
--   geodata_record()  after row: one line in geodata_revision, tombstones, former slugs
-- Session settings chaine.actor / reason / source / batch come from changes.recording(); a change
-- made in SQL has none of them and is recorded as such, under the name of the database role.
CREATE SEQUENCE geodata_revision_seq;

CREATE FUNCTION geodata_setting(name text) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT coalesce(current_setting('chaine.' || name, true), '')
$$;

CREATE FUNCTION geodata_lock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'TRUNCATE' AND geodata_setting('allow_truncate') <> 'on' THEN
    RAISE EXCEPTION 'TRUNCATE would lose the history of %: use DELETE', TG_TABLE_NAME;
  END IF;
  PERFORM pg_advisory_xact_lock(720575940);
  RETURN NULL;
END $$;

-- Columns whose change alone is no change: stamps, and what PostgreSQL generates from others.
CREATE FUNCTION geodata_volatile_columns(relation oid) RETURNS text[] LANGUAGE sql STABLE AS $$
  SELECT array_agg(attname::text) FROM pg_attribute
  WHERE attrelid = relation AND attnum > 0
    AND (attgenerated <> '' OR attname IN ('revision', 'updated_at', 'updated_by_id'))
$$;

CREATE FUNCTION geodata_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
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
  NEW.updated_at := clock_timestamp();
  NEW.updated_by_id := actor;
  RETURN NEW;
END $$;

CREATE FUNCTION geodata_record() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  collection_id CONSTANT text := TG_ARGV[0];
  told CONSTANT text := geodata_setting('source');
  was_public boolean := false;
  is_public boolean := false;
  gone boolean := TG_OP = 'DELETE';
  number bigint;
  subject uuid;
  previous jsonb;
  announced text;
BEGIN
  IF TG_OP <> 'INSERT' THEN
    was_public := OLD.status = 'published' AND OLD.deleted_at IS NULL;
    subject := OLD.uuid;
    previous := (to_jsonb(OLD) - 'geom_l93') || jsonb_build_object('geom', encode(ST_AsEWKB(OLD.geom), 'hex'));
  END IF;
  IF TG_OP <> 'DELETE' THEN
    is_public := NEW.status = 'published' AND NEW.deleted_at IS NULL;
    subject := NEW.uuid;
    number := NEW.revision;
    gone := NEW.deleted_at IS NOT NULL;
  END IF;
  IF TG_OP = 'UPDATE' AND NEW.revision = OLD.revision THEN
    RETURN NULL;
  END IF;
  number := coalesce(number, nextval('geodata_revision_seq'));
  announced := CASE WHEN is_public THEN 'upsert' WHEN was_public AND gone THEN 'delete' WHEN was_public THEN 'unpublish' END;

  INSERT INTO geodata_revision (id, collection, uuid, op, public_op, actor_id, actor_name, reason, source, batch, before)
  VALUES (number, collection_id, subject, lower(TG_OP), announced, nullif(geodata_setting('actor'), '')::bigint,
          CASE WHEN told = '' THEN session_user::text ELSE '' END, geodata_setting('reason'),
          coalesce(nullif(told, ''), 'sql'), nullif(geodata_setting('batch'), '')::uuid, previous);

  IF TG_OP = 'UPDATE' AND NEW.slug <> OLD.slug THEN
    DELETE FROM geodata_formerslug WHERE collection = collection_id AND slug = NEW.slug;
    INSERT INTO geodata_formerslug (collection, slug, uuid) VALUES (collection_id, OLD.slug, OLD.uuid)
    ON CONFLICT (collection, slug) DO NOTHING;
  END IF;
  IF TG_OP = 'DELETE' OR (TG_OP = 'UPDATE' AND gone AND OLD.deleted_at IS NULL) THEN
    INSERT INTO geodata_tombstone (uuid, collection, slug, revision, reason)
    VALUES (OLD.uuid, collection_id, OLD.slug, number, geodata_setting('reason'))
    ON CONFLICT (uuid) DO UPDATE SET revision = excluded.revision, at = clock_timestamp();
  ELSIF TG_OP = 'UPDATE' AND NOT gone AND OLD.deleted_at IS NOT NULL THEN
    DELETE FROM geodata_tombstone WHERE uuid = OLD.uuid;
  END IF;
  RETURN NULL;
END $$;

-- Geometry rules: the extent of the instance is one function that the constraints share.
CREATE FUNCTION geodata_within_extent(shape geometry) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT ST_XMin(shape) >= %(west)s AND ST_XMax(shape) <= %(east)s AND ST_YMin(shape) >= %(south)s AND ST_YMax(shape) <= %(north)s
$$;
