"""Form fields for the column types of features: three-valued facts, lists, authors, shares."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib.gis.geos import GEOSGeometry
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from geodata.editing.position import in_text, read_geometry

UNKNOWN = gettext_lazy("Non renseigné")
SEPARATOR = ";"
ROUNDING = 0.01
AUTHOR_PARTS = ("name", "role", "country")
PLAIN = {"spellcheck": "false", "autocomplete": "off"}


class ThreeValued(forms.TypedChoiceField):
    """Yes, no, or nobody has checked (None)."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("choices", [("", UNKNOWN), ("true", gettext_lazy("oui")), ("false", gettext_lazy("non"))])
        super().__init__(coerce=lambda text: text == "true", empty_value=None, **kwargs)

    def prepare_value(self, value: object) -> object:
        return {True: "true", False: "false", None: ""}.get(value, value)  # type: ignore[call-overload]


class CodeField(forms.TypedChoiceField):
    """One code of a vocabulary, or unknown."""

    def __init__(self, *, codes: Sequence[tuple[Any, Any]], nullable: bool = True, **kwargs: Any) -> None:
        """`nullable` offers the unknown; what must be told and has no default starts with a blank line."""
        first = [("", UNKNOWN)] if nullable else [("", "…")] if kwargs.get("required") else []
        super().__init__(choices=[*first, *codes], empty_value=None, **kwargs)


class NumberField(forms.FloatField):
    """A number, shown without the decimals that it has not."""

    def prepare_value(self, value: object) -> object:
        return int(value) if isinstance(value, float) and value.is_integer() else value


class LinesField(forms.CharField):
    """A list of short texts, one a line."""

    told = gettext_lazy("Un par ligne.")
    widget = forms.Textarea(attrs={"rows": 3})

    def __init__(self, *, item_length: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.item_length = item_length

    def prepare_value(self, value: object) -> object:
        return "\n".join(str(item) for item in value) if isinstance(value, (list, tuple)) else value

    def to_python(self, value: Any) -> Any:
        lines = [line.strip() for line in (super().to_python(value) or "").splitlines() if line.strip()]
        for line in lines:
            if len(line) > self.item_length:
                raise ValidationError(
                    _("« %(text)s… » est trop long : %(limit)d signes au plus.")
                    % {"text": line[:30], "limit": self.item_length}
                )
        return lines


class AuthorsField(forms.CharField):
    """Authors as one line each: name; role; country."""

    told = gettext_lazy("Une ligne par auteur : nom ; rôle ; pays.")
    widget = forms.Textarea(attrs={"rows": 3})

    def prepare_value(self, value: object) -> object:
        if not isinstance(value, list):
            return value
        rows = ([str(author.get(part, "")) for part in AUTHOR_PARTS] for author in value)
        return "\n".join(f" {SEPARATOR} ".join(row).rstrip(f" {SEPARATOR}") for row in rows)

    def to_python(self, value: Any) -> Any:
        authors = []
        for line in (super().to_python(value) or "").splitlines():
            parts = [part.strip() for part in line.split(SEPARATOR)]
            if len(parts) > len(AUTHOR_PARTS):
                raise ValidationError(self.told)
            if parts[0]:
                authors.append({name: part for name, part in zip(AUTHOR_PARTS, parts, strict=False) if part})
        return authors


class SharesField(forms.CharField):
    """Shares that add up to one, a line each: gravier = 60 %."""

    told = gettext_lazy("Une ligne par revêtement, par exemple : gravier = 60 %.")
    widget = forms.Textarea(attrs={"rows": 3})

    def prepare_value(self, value: object) -> object:
        if not isinstance(value, dict):
            return value
        return "\n".join(f"{name} = {share * 100:g} %" for name, share in value.items())

    def to_python(self, value: Any) -> Any:
        shares: dict[str, float] = {}
        for line in (super().to_python(value) or "").splitlines():
            if not line.strip():
                continue
            name, found, share = line.partition("=")
            try:
                shares[name.strip()] = round(float(share.replace("%", "").replace(",", ".").strip()) / 100, 4)
            except ValueError:
                found = ""
            if not found or not name.strip():
                raise ValidationError(self.told)
        if shares and abs(sum(shares.values()) - 1) > ROUNDING:
            raise ValidationError(
                _("Les parts font %(sum)g %% au lieu de 100 %%.") % {"sum": sum(shares.values()) * 100}
            )
        return shares or None


class ShapeField(forms.CharField):
    """A geometry in EPSG:4326 as GeoJSON or typed coordinates; see `read_geometry`."""

    told = {
        "POINT": gettext_lazy("Touchez la carte, ou tapez latitude, longitude (50,405 2,805) ou Lambert-93 (686118 7034174)."),
        "LINESTRING": gettext_lazy("Dessinez sur la carte, ou tapez une position par ligne dans le sens de la marche."),
        "MULTIPOLYGON": gettext_lazy("Dessinez sur la carte, ou tapez une position par ligne ; une ligne vide commence un autre contour."),
        "GEOMETRY": gettext_lazy("Dessinez sur la carte, ou tapez une position par ligne : une seule est un point, un contour finit où il commence."),
    }  # fmt: skip

    def __init__(self, *, geom_type: str, **kwargs: Any) -> None:
        one_line = geom_type == "POINT"
        kwargs.setdefault("help_text", self.told.get(geom_type, ""))
        kwargs.setdefault(
            "widget", forms.TextInput(attrs=PLAIN) if one_line else forms.Textarea(attrs={"rows": 4, **PLAIN})
        )
        super().__init__(**kwargs)
        self.geom_type = geom_type

    def prepare_value(self, value: object) -> object:
        return in_text(value) if isinstance(value, GEOSGeometry) else value

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return read_geometry(text, self.geom_type) if text else None

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(data) != initial)
        except ValidationError:
            return True
