-- Functions that indexes and constraints call say in which schema they find what they call. A restore of a dump, ANALYZE
-- and REINDEX (PostgreSQL 17) run with an empty search_path. Named, not SET: a function with SET is no longer inlined.
-- The extent stays the one that the first migration was given.
DO $$
BEGIN
  EXECUTE regexp_replace(pg_get_functiondef('geodata_within_extent(geometry)'::regprocedure), '\mST_', 'public.ST_', 'g');
END
$$;
CREATE OR REPLACE FUNCTION geodata_words(words text) RETURNS tsvector LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 500 AS $$
BEGIN
  RETURN array_to_tsvector(array_remove(regexp_split_to_array(public.geodata_folded(words), '[^[:alnum:]]+'), ''));
END
$$;
CREATE OR REPLACE FUNCTION geodata_wanted(words text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT string_agg(quote_literal(word) || ':*', ' & ')::tsquery
  FROM regexp_split_to_table(public.geodata_folded(words), '[^[:alnum:]]+') word WHERE word <> ''
$$;
CREATE OR REPLACE FUNCTION geodata_spot(shape geometry) RETURNS geometry LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT public.ST_Transform(CASE WHEN public.ST_GeometryType(shape) = 'ST_Point' THEN shape ELSE public.ST_PointOnSurface(shape) END, 3857)
$$;
