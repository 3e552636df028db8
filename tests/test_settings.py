"""A bad value stops the start with the variable, what is wrong and an example."""

from pathlib import Path

import pytest

from salon.environment import Environment, variable
from salon.keys import kept_secret
from tests.server import REPOSITORY, manage

pytestmark = pytest.mark.once

BAD = [
    ("SALON_PORT", "eighty"),
    ("SALON_PORT", "70000"),
    ("SALON_SIGNUP", "sometimes"),
    ("SALON_URL", "photos.example.org"),
    ("SALON_URL", "https://photos.example.org/salon"),
    ("SALON_URL", "https://photos.example.org:abc"),
    ("SALON_URL", "https://olive@photos.example.org"),
    ("SALON_DEBUG", "perhaps"),
    ("SALON_MAX_UPLOAD_MB", "0"),
    ("SALON_MAIL_URL", "mail.example.org"),
    ("SALON_MAIL_URL", "smtp://mail.example.org:nope"),
    ("SALON_ENV", "staging"),
    ("SALON_LOG_LEVEL", "LOUD"),
    ("SALON_DATA_DIR", "/proc/salon"),
    ("DATABASE_URL", "mysql://db/salon"),
    ("DATABASE_URL", "postgresql://salon@db:abc/salon"),
    ("DATABASE_URL", "postgresql://salon@[db/salon"),
    ("DATABASE_URL", "postgresql://db"),
    ("REDIS_URL", "memcached://cache"),
    ("REDIS_URL", "redis://cache:70000/0"),
]


@pytest.mark.parametrize(("name", "value"), BAD)
def test_a_bad_value_is_named_with_what_is_wrong_and_an_example(name: str, value: str) -> None:
    ran = manage("check", **{name: value})
    assert ran.returncode != 0
    assert f"{name}" in ran.stderr
    assert f"Try: {name}=" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_all_bad_values_are_named_at_once() -> None:
    ran = manage("check", SALON_PORT="x", SALON_SIGNUP="x")
    assert "SALON_PORT" in ran.stderr
    assert "SALON_SIGNUP" in ran.stderr


SECRETIVE = [
    ("DATABASE_URL", "mysql://salon:hunter2@db/salon"),
    ("DATABASE_URL", "postgresql://salon:hunter2/@db/salon"),  # an unescaped slash makes a "port" of the password
    ("REDIS_URL", "redis://:hunter2@cache:abc/0"),
    ("SALON_MAIL_URL", "smtp://salon:hunter2\u2100@mail.example.org"),
    ("SALON_URL", "https://salon:hunter2@photos.example.org"),
]


@pytest.mark.parametrize(("name", "value"), SECRETIVE)
def test_a_bad_secret_is_not_repeated_on_the_screen(name: str, value: str) -> None:
    ran = manage("check", **{name: value})
    assert f"Try: {name}=" in ran.stderr
    assert "hunter2" not in ran.stderr + ran.stdout


@pytest.mark.parametrize(
    ("given", "lacking"), [("SALON_OWNER_EMAIL", "SALON_OWNER_PASSWORD"), ("SALON_OWNER_PASSWORD", "SALON_OWNER_EMAIL")]
)
def test_half_an_owner_is_refused_with_the_half_that_lacks(given: str, lacking: str) -> None:
    ran = manage("check", **{given: "olive@example.org"})
    assert ran.returncode != 0
    assert f"Try: {lacking}=" in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize("secret", ["changeme", "django-insecure-" + "x1y2z3" * 9, "a" * 60])
def test_production_refuses_weak_secrets(secret: str) -> None:
    assert manage("check", SALON_SECRET_KEY=secret).returncode == 0
    ran = manage("check", SALON_ENV="production", SALON_SECRET_KEY=secret)
    assert ran.returncode != 0
    assert "SALON_SECRET_KEY" in ran.stderr
    assert secret not in ran.stderr


def test_production_refuses_debug() -> None:
    ran = manage("check", SALON_ENV="production", SALON_DEBUG="1")
    assert "SALON_DEBUG" in ran.stderr


def test_a_production_with_a_name_has_nothing_to_warn_about(tmp_path: Path) -> None:
    production = {"SALON_ENV": "production", "SALON_URL": "https://photos.example.org", "SALON_DATA_DIR": str(tmp_path)}
    ran = manage("check", "--deploy", "--fail-level", "WARNING", **production)
    assert ran.returncode == 0, ran.stderr


def test_mail_without_a_name_of_ones_own_is_an_error_with_its_fix() -> None:
    ran = manage("check", SALON_MAIL_URL="smtp://127.0.0.1:25")
    assert ran.returncode != 0
    assert "SALON_URL=https://" in ran.stderr


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "redis").write_text("memcached://cache\n")
    ran = manage("check", REDIS_URL="", REDIS_URL_FILE=str(tmp_path / "redis"))
    assert "REDIS_URL" in ran.stderr
    assert "redis://" in ran.stderr


def test_a_secret_from_both_places_or_from_no_file_is_refused(tmp_path: Path) -> None:
    both = manage("check", SALON_SECRET_KEY="x" * 50, SALON_SECRET_KEY_FILE="/dev/null")
    assert "both set" in both.stderr
    none = manage("check", SALON_SECRET_KEY_FILE=str(tmp_path / "nothing"))
    assert "cannot be read" in none.stderr


def test_a_secret_made_once_stays(tmp_path: Path) -> None:
    first = kept_secret(tmp_path / "keys", "secret-key")
    assert kept_secret(tmp_path / "keys", "secret-key") == first
    assert len(first) >= 50
    assert (tmp_path / "keys" / "secret-key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["secret-key"]


def test_every_setting_is_in_the_docs() -> None:
    page = (REPOSITORY / "docs" / "settings.md").read_text()
    for name, field in Environment.model_fields.items():
        assert f"`{variable(name, field)}`" in page
        assert field.description
        assert field.description in page
        assert field.examples
