"""The optional services, as Compose understands them. Their images are not started here."""

import json
from typing import Any
from uuid import uuid4

import pytest

from tests.server import REPOSITORY
from tests.stack.stack import Stack

FOR_THE_WORLD = {"nginx": {"8080"}, "caddy": {"80", "443"}}
FOR_THIS_MACHINE = {"mail": {"8025"}, "grafana": {"3000"}}


@pytest.fixture
def services(stack: Stack) -> dict[str, dict[str, Any]]:
    text = stack.compose("--profile", "*", "config", "--format", "json")
    found: dict[str, dict[str, Any]] = json.loads(text)["services"]
    return found


def test_the_optional_services_are_only_there_on_request(stack: Stack, services: dict[str, dict[str, Any]]) -> None:
    optional = {name: service["profiles"] for name, service in services.items() if service.get("profiles")}
    assert optional == {
        "restore": ["restore"], "caddy": ["tls"], "mail": ["mail"], "prometheus": ["monitoring"], "grafana": ["monitoring"],
    }  # fmt: skip
    assert set(stack.compose("config", "--services").split()) == set(services) - set(optional)


def test_every_service_is_locked_in(services: dict[str, dict[str, Any]]) -> None:
    for name, service in services.items():
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name
        assert service.get("cap_add", []) == (["NET_BIND_SERVICE"] if name == "caddy" else []), name
        assert "no-new-privileges:true" in service["security_opt"], name
        assert int(service["mem_limit"]) <= 640 * 1024**2, name
        assert service.get("user") not in ("root", "0", "0:0"), name


def test_every_service_that_stays_is_asked_how_it_is(services: dict[str, dict[str, Any]]) -> None:
    assert [name for name, service in services.items() if service["restart"] != "no" and not service.get("healthcheck")] == []


def test_only_nginx_and_caddy_can_be_reached_from_elsewhere(services: dict[str, dict[str, Any]]) -> None:
    published = {name: service["ports"] for name, service in services.items() if service.get("ports")}
    assert set(published) == {*FOR_THE_WORLD, *FOR_THIS_MACHINE}
    for name, ports in FOR_THE_WORLD.items():
        assert {str(port["target"]) for port in published[name]} == ports
    for name, ports in FOR_THIS_MACHINE.items():
        assert {(port["host_ip"], str(port["target"])) for port in published[name]} == {("127.0.0.1", port) for port in ports}


def test_caddy_shares_no_network_with_anything_of_salons(services: dict[str, dict[str, Any]]) -> None:
    assert set(services["caddy"]["networks"]) == {"edge"}
    assert [name for name, service in services.items() if "edge" in (service.get("networks") or {})] == ["caddy"]


def test_a_domain_is_all_that_tls_needs(stack: Stack) -> None:
    answers = REPOSITORY / "var" / "stack" / f"{uuid4().hex}.env"
    answers.write_text("SALON_DOMAIN=photos.example.org\nCOMPOSE_PROFILES=tls\n")
    try:
        services = json.loads(stack.compose("--env-file", str(answers), "config", "--format", "json"))["services"]
    finally:
        answers.unlink()
    assert services["caddy"]["environment"]["SALON_DOMAIN"] == "photos.example.org"
    assert services["web"]["environment"]["SALON_URL"] == "https://photos.example.org"
