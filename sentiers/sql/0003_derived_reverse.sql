ALTER TABLE sentiers_sentier DROP CONSTRAINT sentiers_sentier_elevations;
DROP FUNCTION sentiers_touch() CASCADE;
DROP FUNCTION sentiers_closure_moved() CASCADE;
DROP FUNCTION sentiers_place() CASCADE;
DROP FUNCTION sentiers_close(bigint);
DROP FUNCTION sentiers_derive() CASCADE;
DROP FUNCTION sentiers_profile(geometry, float8[]);
DROP FUNCTION sentiers_first_fraction(geometry, geometry);
DROP FUNCTION sentiers_reach_m();
