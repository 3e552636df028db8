import json
from typing import Any

from django.core.management.base import BaseCommand

from salon.api import api


class Command(BaseCommand):
    help = "Print the API's OpenAPI document. The client's types are made from it."
    requires_system_checks = ()

    def handle(self, **options: Any) -> None:
        self.stdout.write(json.dumps(api.get_openapi_schema(path_prefix="/api/v1/"), indent=2, ensure_ascii=False))
