import getpass
import sys
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import people
from accounts.models import User


class Command(BaseCommand):
    help = "Make an account."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", default="", help="display name (default: the address up to its @)")
        parser.add_argument("--password-stdin", action="store_true", help="read the password from standard input")

    def handle(self, *, email: str, name: str, password_stdin: bool, **options: Any) -> None:
        email = email.strip().lower()
        if User.objects.filter(email=email).exists():
            raise CommandError(f"{email} has an account already.")
        password = sys.stdin.readline().rstrip("\n") if password_stdin else getpass.getpass(f"Password for {email}: ")
        try:
            people.refuse_unfit(email, password, name)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        people.add_person(email, password, name)
        self.stdout.write(f"Made an account for {email}.")
