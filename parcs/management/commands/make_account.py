"""Make the account of a person or a machine, with its role for an authority."""

import secrets
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from knox.models import AuthToken

from parcs.codes import Role
from parcs.models import Adhesion, Autorite, Parc


class Command(BaseCommand):
    """Prints the sign-in, and with --token a bearer token; both are shown once."""

    help = "Makes an account with a role for an authority and prints its sign-in."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--authority", required=True, help="code, for example CABBALR")
        parser.add_argument("--role", choices=Role.values, default=Role.EDITOR)
        parser.add_argument("--username", help="made from the authority and role when absent")
        parser.add_argument("--email", default="", help="where a forgotten password and what went wrong are told")
        parser.add_argument(
            "--park", action="append", default=[], help="slug of a park the role is limited to; repeatable"
        )
        parser.add_argument("--token", action="store_true", help="also print a bearer token for the API")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        authority = Autorite.objects.filter(code=options["authority"].upper()).first()
        if authority is None:
            known = ", ".join(Autorite.objects.order_by("code").values_list("code", flat=True))
            raise CommandError(f"No authority {options['authority']}. Known: {known}.")
        parks = list(Parc.objects.filter(slug__in=options["park"]))
        if len(parks) != len(set(options["park"])):
            raise CommandError("One of the parks is not known by that slug.")
        users = get_user_model().objects
        username = options["username"] or f"{authority.code.lower()}-{options['role']}-{secrets.token_hex(3)}"
        if users.filter(username=username).exists():
            raise CommandError(f"The account {username} exists already.")
        password = secrets.token_urlsafe(12)
        user = users.create_user(username=username, email=options["email"], password=password)
        Adhesion.objects.create(user=user, authority=authority, role=options["role"]).parks.set(parks)
        self.stdout.write(f"username: {username}\npassword: {password}")
        if options["token"]:
            _row, token = AuthToken.objects.create(user=user)
            self.stdout.write(f"token: {token}")
