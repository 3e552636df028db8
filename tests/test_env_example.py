"""`.env.example` names all that can be set, and nothing that cannot."""

import re

import pytest

from salon.environment import SECRET, Environment, variable
from tests.server import REPOSITORY

pytestmark = pytest.mark.once

EXAMPLE = (REPOSITORY / ".env.example").read_text()
NAMED = set(re.findall(r"^#? ?([A-Z][A-Z_]+)=", EXAMPLE, re.MULTILINE))
OF_SALON = {variable(name, field): field.json_schema_extra == SECRET for name, field in Environment.model_fields.items()}
OF_COMPOSE = set(re.findall(r"\$\{([A-Z_]+)", (REPOSITORY / "compose.yaml").read_text()))
COMPOSES_OWN = {"COMPOSE_PROFILES"}


@pytest.mark.parametrize("name", OF_SALON)
def test_every_setting_of_salon_is_in_the_example(name: str) -> None:
    assert {name, f"{name}_FILE"} & NAMED


@pytest.mark.parametrize("name", sorted(OF_COMPOSE))
def test_every_variable_of_the_stack_is_in_the_example(name: str) -> None:
    assert name in NAMED


def test_the_example_names_nothing_that_nobody_reads() -> None:
    files = {f"{name}_FILE" for name, is_secret in OF_SALON.items() if is_secret}
    assert OF_COMPOSE  # so that the next line says something
    assert NAMED - OF_SALON.keys() - files - OF_COMPOSE - COMPOSES_OWN == set()


def test_nothing_in_the_example_is_set() -> None:
    assert [line for line in EXAMPLE.splitlines() if line and not line.startswith("#")] == []
