-- geodata_casei(text) → the text with its case folded: texts that differ in case alone give the same. Upper case first,
-- because one letter may have two in upper case (Straße, STRASSE).
CREATE FUNCTION geodata_casei(words text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT lower(upper(words COLLATE "und-x-icu"))
$$;
-- geodata_accenti(text) → the text without accents, whether they were letters of their own or marks that follow.
CREATE FUNCTION geodata_accenti(words text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT public.unaccent('public.unaccent'::regdictionary, normalize(words, NFC))
$$;
