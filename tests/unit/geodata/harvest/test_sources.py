"""The file of sources: what it may say, and that ours can be read."""

from pathlib import Path

import pytest
from django.conf import settings

from geodata import registry
from geodata.harvest.sources import read
from geodata.problems import Invalid


def written(path, text):
    path.write_text(text)
    return path


def test_the_presets_are_the_two_layers_of_the_starter_data():
    found = read(Path(settings.ROOT) / "starter" / "harvest.toml")
    assert {name: (each.kind, each.collection) for name, each in found.items()} == {
        "aula-parcs-2017": ("arcgis", "parcs"),
        "aula-liaisons-2017": ("arcgis", "sentiers"),
    }
    for each in found.values():
        collection = registry.get(each.collection)
        assert {*each.fields, *each.fixed, *each.templates} <= set(collection.properties)
        assert not each.private


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ('kind = "ftp"', "kind"),
        ('speed = "fast"', "speed"),
        ("max_features = 0", "max_features"),
        ("timeout_s = 99999", "timeout_s"),
    ],
)
def test_what_nobody_knows_is_refused_by_name(tmp_path, line, key):
    with pytest.raises(Invalid) as refusal:
        read(
            written(
                tmp_path / "s.toml",
                f'[a]\ntitle = "A"\nurl = "https://x.example"\ncollection = "parcs"\nid_field = "id"\n{line}\n',
            )
        )
    assert f"a.{key}" in refusal.value.errors


def test_what_lacks_is_refused_by_name(tmp_path):
    with pytest.raises(Invalid) as refusal:
        read(written(tmp_path / "s.toml", '[a]\ntitle = "A"\n'))
    assert set(refusal.value.errors) == {"a.url", "a.kind", "a.collection", "a.id_field"}
