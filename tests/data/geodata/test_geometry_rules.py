import pytest
from django.db import IntegrityError, connection

CASES = {
    "POLYGON((2.8 50.4, 2.9 50.5, 2.9 50.4, 2.8 50.5, 2.8 50.4))": "parcs_parc_geom_valid",
    "POLYGON EMPTY": "parcs_parc_geom_",
    "POLYGON((50.4 2.8, 50.5 2.8, 50.5 2.9, 50.4 2.8))": "parcs_parc_geom_extent",
}


@pytest.mark.django_db
@pytest.mark.parametrize(("shape", "constraint"), CASES.items())
def test_database_refuses_a_shape_by_a_named_constraint(shape, constraint):
    from tests.factories.parcs import parc

    thing = parc()
    with pytest.raises(IntegrityError, match=constraint), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE parcs_parc SET geom = ST_Multi(ST_GeomFromText(%s, 4326)) WHERE id = %s", [shape, thing.id]
        )


@pytest.mark.django_db
def test_database_refuses_nan():
    from tests.factories.cabanes import cabane

    thing = cabane()
    with pytest.raises(IntegrityError, match="geom_"), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE cabanes_cabane SET geom = ST_SetSRID(ST_MakePoint('NaN', 50.4), 4326) WHERE id = %s", [thing.id]
        )


@pytest.mark.django_db
def test_database_refuses_too_many_vertices():
    from tests.factories.parcs import parc

    thing = parc()
    with pytest.raises(IntegrityError, match="parcs_parc_geom_vertices"), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE parcs_parc SET geom = ST_Multi(ST_Buffer(ST_SetSRID(ST_MakePoint(2.8, 50.4), 4326), 0.1, 6000)) WHERE id = %s",
            [thing.id],
        )
