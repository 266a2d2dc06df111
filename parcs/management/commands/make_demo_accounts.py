"""Make or remove the accounts to try the service out with."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from comptes.demo import DEMO_ACCOUNTS, DEMO_PASSWORD
from parcs.models import Adhesion, Autorite


class Command(BaseCommand):
    """Known names and one known password: never on a public site."""

    help = "Makes the demo accounts (one machine, never in production), or removes them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--remove", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        users = get_user_model().objects
        if options["remove"]:
            count = users.filter(is_demo=True).update(is_active=False, is_demo=False)
            self.stdout.write(f"{count} demo accounts closed")
            return
        if getattr(settings, "REFUSE_DEMO_ACCOUNTS", False):
            raise CommandError("This instance refuses demo accounts.")
        for username, code, role in DEMO_ACCOUNTS:
            user, made = users.get_or_create(username=username, defaults={"is_demo": True})
            if made:
                user.set_password(DEMO_PASSWORD)
                user.save()
                Adhesion.objects.create(user=user, authority=Autorite.objects.get(code=code), role=role)
        self.stdout.write(f"{len(DEMO_ACCOUNTS)} demo accounts")
