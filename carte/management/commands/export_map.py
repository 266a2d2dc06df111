"""Write a partner map as one HTML file that works without any network."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from carte.embeds.export import NotBuilt, export
from carte.models import CartePartenaire


class Command(BaseCommand):
    """One file: Leaflet, styles and data inside, for a USB key, a mail or a report."""

    help = "Writes a partner map as one HTML file with Leaflet and the data inside."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("--output", type=Path, required=True)
        parser.add_argument("--language", choices=[code for code, _name in settings.LANGUAGES], default="fr")

    def handle(self, *args: Any, **options: Any) -> None:
        carte = CartePartenaire.objects.filter(slug=options["slug"]).first()
        if carte is None:
            known = ", ".join(CartePartenaire.objects.values_list("slug", flat=True)) or "none"
            raise CommandError(f"There is no partner map « {options['slug']} ». Known: {known}.")
        output: Path = options["output"]
        try:
            with translation.override(options["language"]):
                made = export(carte, settings.PUBLIC_URL.rstrip("/"))
            written = output.with_name(f".{output.name}.new")
            written.write_text(made.html, encoding="utf-8")
            written.replace(output)
        except NotBuilt as error:
            raise CommandError(str(error)) from None
        except OSError as error:
            raise CommandError(f"{output} cannot be written: {error.strerror}.") from None
        for title, (held, matched) in made.counts.items():
            of = "" if matched == held else f" of {matched if matched is not None else 'many more'}"
            self.stdout.write(f"{title}: {held}{of}")
        self.stdout.write(f"{output}: {len(made.html.encode()) // 1024} kB")
