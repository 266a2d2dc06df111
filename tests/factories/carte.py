"""The smallest partner map."""

from itertools import count

from carte.models import CartePartenaire

number = count(1)


def carte(**values):
    n = next(number)
    given = {
        "slug": f"carte-{n}",
        "title_fr": f"Carte {n}",
        "layers": [{"collection": "parcs", "colour": "#1f6b45"}, {"collection": "cabanes", "colour": "#7a2e12"}],
    }
    return CartePartenaire.objects.create(**given | values)
