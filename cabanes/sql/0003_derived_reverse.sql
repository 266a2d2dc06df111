DROP TRIGGER t_cabins_insert ON parcs_parc;
DROP TRIGGER t_cabins_update ON parcs_parc;
DROP TRIGGER t_cabins_delete ON parcs_parc;
DROP TRIGGER t_cabins_insert ON parcs_commune;
DROP TRIGGER t_cabins_update ON parcs_commune;
DROP TRIGGER t_cabins_delete ON parcs_commune;
DROP TRIGGER c_derive ON cabanes_cabane;
DROP FUNCTION cabanes_touch();
DROP FUNCTION cabanes_derive();
