from geodata.problems import BadParameter, Gone, Invalid


def test_bad_parameter_names_it():
    assert BadParameter("bbox", "x").extensions == {"parameter": "bbox"}


def test_invalid_has_one_entry_per_sentence():
    problem = Invalid({"name_fr": ["a", "b"], "geom": ["c"]})
    assert [entry["field"] for entry in problem.extensions["errors"]] == ["name_fr", "name_fr", "geom"]


def test_gone_without_successor_has_no_member():
    assert Gone().extensions == {}
