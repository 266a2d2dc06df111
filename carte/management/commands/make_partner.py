"""Make the account of a partner, who makes keys of their own."""

import secrets
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    """Prints the sign-in once; the account belongs to no authority and sees what everybody sees."""

    help = "Makes an account without rights, for API keys at /partenaires/cles/."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--email", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        users = get_user_model().objects
        if users.filter(username=options["username"]).exists():
            raise CommandError(f"The account {options['username']} exists already.")
        password = secrets.token_urlsafe(12)
        users.create_user(username=options["username"], email=options["email"], password=password)
        self.stdout.write(f"username: {options['username']}\npassword: {password}")
