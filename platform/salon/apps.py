from django.apps import AppConfig


class SalonConfig(AppConfig):
    name = "salon"

    def ready(self) -> None:
        from salon import checks  # noqa: F401  registers them
