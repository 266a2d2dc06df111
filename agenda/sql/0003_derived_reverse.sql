DROP FUNCTION agenda_touch() CASCADE;
DROP FUNCTION agenda_derive_evenement() CASCADE;
