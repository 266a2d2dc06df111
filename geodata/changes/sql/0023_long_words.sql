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
