-- geodata_stamp()  before row, as before; a new row is created at the instant at which the history has it, and stays so. The clock of
--                  Django is that of another machine, or later in the transaction: rows were created after their last change.
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
    NEW.created_at := OLD.created_at;
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
    NEW.created_at := geodata_instant();
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
