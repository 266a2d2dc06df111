-- A lexeme has 2 046 bytes at most: PostgreSQL 17 refuses a longer one, the former ones kept a wrong one. A search has
-- 200 letters and asks for beginnings. Folding at most doubles a text, so a short one needs no look.
CREATE OR REPLACE FUNCTION geodata_words(words text) RETURNS tsvector LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 500 AS $$
BEGIN
  IF octet_length(words) > 500 THEN
    RETURN array_to_tsvector(ARRAY(
      SELECT left(word, 500) FROM regexp_split_to_table(public.geodata_folded(words), '[^[:alnum:]]+') word WHERE word <> ''
    ));
  END IF;
  RETURN array_to_tsvector(array_remove(regexp_split_to_array(public.geodata_folded(words), '[^[:alnum:]]+'), ''));
END
$$;

-- What was kept wrong of a text with such a word may be an empty lexeme, with which no backup can be restored: it is let go,
-- and found anew for each search until the row is written. A word of more than 2 046 bytes has 500 letters or more.
DO $$
DECLARE
  kept regclass;
BEGIN
  FOR kept IN
    SELECT c.oid FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'words' AND NOT a.attisdropped
    WHERE c.relkind = 'r' AND starts_with(c.relname, 'geodata_text_')
  LOOP
    EXECUTE format('UPDATE %s SET words = NULL WHERE octet_length(body) > 2046 AND body ~ ''[[:alnum:]]{250}''', kept);
  END LOOP;
END
$$;
