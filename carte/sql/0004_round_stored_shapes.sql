-- Shapes that were stored before the database rounded them, each a revision of its own (decision 0229): what they were stays
-- in the history. Left as it is until somebody moves it: what would be a point, or nothing, or beyond the extent.
DO $$
DECLARE
  name text;
BEGIN
  PERFORM set_config('chaine.source', 'system', true), set_config('chaine.reason', 'coordonnées arrondies à sept décimales', true);
  FOREACH name IN ARRAY ARRAY['parcs_commune', 'parcs_autorite', 'parcs_parc', 'parcs_pointacces', 'parcs_equipement', 'cabanes_cabane',
                              'sentiers_sentier', 'alertes_fermeture', 'agenda_evenement', 'agenda_projetlabel'] LOOP
    EXECUTE format($update$
      UPDATE %1$I t SET geom = found.rounded
      FROM (SELECT id, geom, geodata_rounded(geom) AS rounded FROM %1$I OFFSET 0) found
      WHERE t.id = found.id AND found.rounded IS DISTINCT FROM found.geom
        AND ST_IsValid(found.rounded) AND NOT ST_IsEmpty(found.rounded) AND geodata_within_extent(found.rounded)
    $update$, name);
  END LOOP;
END
$$;
