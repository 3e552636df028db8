"""What a container of the stack cannot do, even when somebody else has taken it over."""

import re
import subprocess

import pytest

from tests.stack.stack import Stack

LASTING = ("db", "redis", "web", "worker", "nginx")
SERVICES = (*LASTING, "secrets", "migrate")
REACHED = "the connection stands"
# Bash's own TCP: all of the images have it, and none of them has the same client.
REACH = f"timeout 3 bash -c '</dev/tcp/{{}}/{{}}' 2>/dev/null && echo '{REACHED}' || true"


@pytest.mark.parametrize("service", SERVICES)
def test_containers_run_without_rights_and_cannot_change_themselves(stack: Stack, service: str) -> None:
    for container in stack.containers(service):
        assert container["Config"]["User"].partition(":")[0] not in ("", "0", "root")
        host = container["HostConfig"]
        assert (host["ReadonlyRootfs"], host["Privileged"], host["CapAdd"], host["CapDrop"]) == (True, False, None, ["ALL"])
        assert "no-new-privileges:true" in host["SecurityOpt"]
        assert host["Memory"] > 0
        assert host["PidsLimit"] > 0
        assert host["LogConfig"]["Config"]["max-size"]
        assert [mount["Source"] for mount in container["Mounts"] if mount["Source"].endswith("docker.sock")] == []


@pytest.mark.parametrize("service", LASTING)
def test_the_first_process_has_no_capability_and_the_root_cannot_be_written(stack: Stack, service: str) -> None:
    status = dict(re.findall(r"^(\w+):\s+(.*)$", stack.inside(service, "cat", "/proc/1/status"), re.MULTILINE))
    assert "0" not in status["Uid"].split()
    assert {status[name] for name in ("CapEff", "CapPrm", "CapBnd", "CapInh", "CapAmb")} == {"0000000000000000"}
    assert status["NoNewPrivs"] == "1"
    writes = "for folder in / /etc /usr /opt /app; do touch $folder/x 2>/dev/null && echo $folder; done; touch /dev/shm/x && echo /dev/shm"
    assert stack.inside(service, "sh", "-c", writes).split() == ["/dev/shm"]  # or nothing could be told from it
    stack.inside(service, "rm", "/dev/shm/x")


def test_all_of_it_together_fits_a_server_with_two_gigabytes(stack: Stack) -> None:
    limits = [stack.containers(service)[0]["HostConfig"]["Memory"] for service in LASTING]
    assert sum(limits) < 1.9 * 1024**3  # the system needs some, too


def test_only_nginx_can_be_reached_from_outside(stack: Stack) -> None:
    published = {
        (container["Config"]["Labels"]["com.docker.compose.service"], port)
        for container in stack.containers()
        for port, bindings in (container["NetworkSettings"]["Ports"] or {}).items()
        if bindings
    }
    assert published == {("nginx", "8080/tcp")}


def test_nginx_reaches_web_but_neither_database_nor_redis(stack: Stack) -> None:
    networks = {name: stack.containers(name)[0]["NetworkSettings"]["Networks"] for name in ("web", "db", "redis")}
    web = [network["IPAddress"] for name, network in networks["web"].items() if name.endswith("_front")]
    behind = {name: next(iter(networks[name].values()))["IPAddress"] for name in ("db", "redis")}
    ports = {"db": 5432, "redis": 6379}
    assert REACHED in stack.inside("nginx", "sh", "-c", REACH.format(web[0], 8000))
    for name, address in behind.items():
        assert REACHED in stack.inside("web", "sh", "-c", REACH.format(address, ports[name]))
        for target in (name, address):
            assert REACHED not in stack.inside("nginx", "sh", "-c", REACH.format(target, ports[name]))


def test_nginx_reads_pictures_but_no_secret(stack: Stack) -> None:
    stack.inside("web", "test", "-s", "/data/setup-token")
    reads = "ls /data/static >/dev/null && echo static; cat /data/setup-token /run/secrets/salon/* 2>/dev/null"
    assert stack.inside("nginx", "sh", "-c", f"{reads}; touch /data/x 2>/dev/null && echo x; true").split() == ["static"]


def test_no_secret_is_in_what_the_engine_shows_of_containers_and_image_or_in_their_logs(stack: Stack) -> None:
    folder = "/run/secrets/salon"
    names = stack.inside("web", "find", folder, "-type", "f").split()
    secrets = [stack.inside("web", "cat", name).strip() for name in names]
    assert {f"{folder}/{name}" for name in ("secret-key", "database-password", "database-url")} <= set(names)
    assert min(map(len, secrets)) >= 48
    image = stack.containers("web")[0]["Image"]
    shown = [
        stack.docker("inspect", *(container["Id"] for container in stack.containers())),
        stack.docker("image", "inspect", image),
        stack.docker("history", "--no-trunc", image),
        stack.compose("logs", "--no-color"),
    ]
    assert all(len(text) > 200 for text in shown)
    assert [(name, text[:80]) for name, secret in zip(names, secrets, strict=True) for text in shown if secret in text] == []


def test_the_image_carries_neither_secrets_nor_tools_to_build_with(stack: Stack) -> None:
    image = stack.containers("web")[0]["Image"]
    looks = "find /data /run/secrets -type f; ls /app; command -v gcc make npm node; python -m pip --version 2>&1"
    seen = stack.docker("run", "--rm", "--network", "none", image, "sh", "-c", f"{looks}; true").split("\n")
    assert [name for name in seen if name and "No module named pip" not in name] == [
        "accounts",
        "deploy",
        "manage.py",
        "platform",
        "requirements.txt",
        "rooms",
        "static",
    ]


def test_nginx_finds_nothing_wrong_with_its_configuration(stack: Stack) -> None:
    command = [*stack.command, "exec", "-T", "--env", "SALON_NGINX_DIR=/tmp/check", "nginx", "/etc/nginx/salon/start", "-t"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert ran.returncode == 0, ran.stderr
    assert "[warn]" not in ran.stderr
