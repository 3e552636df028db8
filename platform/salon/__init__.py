"""The Django project: settings, addresses, the server and what the apps share."""

__version__ = "0.1.0"
