"""Who may make an account, how scripts sign in, and what the operator's commands do."""

import re
from pathlib import Path

import httpx
import pytest

from accounts.models import ApiToken, User
from tests.people import Cast, anonymous, make_person, problem
from tests.server import Server, fresh_server, manage

PASSWORD = "a sentence that nobody guesses"


def sign_up(server: Server, client: httpx.Client, email: str, **more: str) -> httpx.Response:
    page = client.get(f"{server.url}/accounts/signup/")
    if page.status_code != 200 or "csrfmiddlewaretoken" not in page.text:
        return page
    fields = {"name": "Ana", "email": email, "password1": PASSWORD, "csrfmiddlewaretoken": client.cookies["salon_csrf"]}
    return client.post(f"{server.url}/accounts/signup/", data=fields | more)


@pytest.fixture
def owned(tmp_path: Path) -> dict[str, str]:
    return {"SALON_OWNER_EMAIL": "olive@example.org", "SALON_OWNER_PASSWORD": PASSWORD, "SALON_DATA_DIR": str(tmp_path)}


@pytest.mark.parametrize(("policy", "opens"), [("open", True), ("invite", False), ("closed", False)])
def test_the_policy_says_who_may_make_an_account(tmp_path: Path, owned: dict[str, str], policy: str, opens: bool) -> None:
    with fresh_server(tmp_path, SALON_SIGNUP=policy, **owned) as server, httpx.Client() as client:
        answer = sign_up(server, client, "ana@example.org")
        assert (answer.status_code == 302) == opens
        assert ("by invitation" in answer.text) == (not opens)


def join_page(cast: Cast, client: httpx.Client, token: str) -> httpx.Response:
    client.get(f"/join/{token}")
    return client.post(f"/join/{token}", data={"sign_up": "", "csrfmiddlewaretoken": client.cookies["salon_csrf"]})


def test_an_invite_opens_sign_up_and_leads_into_its_room(cast: Cast) -> None:
    link = cast.olive.api.post(f"{cast.path}/invites", json={}).json()
    server = cast.olive.server
    with anonymous(server) as client:
        assert sign_up(server, client, "early@example.org").status_code != 302
        detour = join_page(cast, client, link["token"])
        assert detour.headers["Location"].startswith("/accounts/signup/?next=/join/")
        answer = sign_up(server, client, f"ana-{link['token'].lower()}@example.org", next=f"/join/{link['token']}")
        assert answer.headers["Location"] == f"/join/{link['token']}"
        assert client.get(answer.headers["Location"]).headers["Location"] == f"/rooms/{cast.slug}"
        assert client.get(f"/rooms/{cast.slug}").status_code == 200


def test_an_invite_that_was_revoked_on_the_way_does_not_open_sign_up(cast: Cast) -> None:
    link = cast.olive.api.post(f"{cast.path}/invites", json={}).json()
    with anonymous(cast.olive.server) as client:
        join_page(cast, client, link["token"])
        cast.olive.api.delete(f"{cast.path}/invites/{link['id']}")
        assert "by invitation" in sign_up(cast.olive.server, client, "late@example.org").text


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "/\\evil.example/", "javascript:alert(1)"])
def test_sign_in_does_not_lead_to_another_site(server: Server, elsewhere: str) -> None:
    person = make_person(server, "Sam", PASSWORD)
    with anonymous(server) as client:
        client.get("/accounts/login/", params={"next": elsewhere})
        fields = {"login": person.user.email, "password": PASSWORD, "next": elsewhere}
        answer = client.post("/accounts/login/", data=fields | {"csrfmiddlewaretoken": client.cookies["salon_csrf"]})
        assert (answer.status_code, answer.headers["Location"]) == (302, "/")


def test_a_known_and_an_unknown_address_get_the_same_answer(cast: Cast) -> None:
    texts = []
    for email in (cast.olive.user.email, "nobody@example.org"):
        with anonymous(cast.olive.server) as client:
            client.get("/accounts/login/")
            fields = {"login": email, "password": "wrong", "csrfmiddlewaretoken": client.cookies["salon_csrf"]}
            text = client.post("/accounts/login/", data=fields).text
            texts.append(re.sub(r'value="[^"]*"', "", text))
    assert texts[0] == texts[1]


def test_a_token_is_shown_once_and_kept_as_a_hash(cast: Cast) -> None:
    made = cast.vic.api.post("/tokens", json={"name": "Picture frame"})
    assert made.status_code == 201
    text = made.json()["token"]
    listed = cast.vic.api.get("/tokens").json()["items"]
    assert "Picture frame" in {token["name"] for token in listed}
    assert all("token" not in token for token in listed)
    assert not ApiToken.objects.filter(digest__contains=text[:10]).exists()
    bearer = {"Authorization": f"Bearer {text}"}
    with anonymous(cast.vic.server) as script:
        assert script.get("/api/v1/me", headers=bearer).json()["name"] == "Vic"
        assert cast.vic.api.delete(f"/tokens/{made.json()['id']}").status_code == 204
        problem(script.get("/api/v1/me", headers=bearer), 401)


def test_one_cannot_revoke_the_token_of_somebody_else(cast: Cast) -> None:
    theirs = ApiToken.objects.get(user=cast.olive.user)
    problem(cast.sam.api.delete(f"/tokens/{theirs.id}"), 404)
    assert cast.olive.api.get("/me").status_code == 200


def test_all_tokens_can_be_revoked_at_once(cast: Cast) -> None:
    assert cast.vic.api.delete("/tokens").status_code == 204
    problem(cast.vic.api.get("/me"), 401)
    assert cast.olive.api.get("/me").status_code == 200


def test_a_deactivated_person_is_signed_out_everywhere(cast: Cast) -> None:
    assert cast.vic.browser.get("/").status_code == 200
    User.objects.filter(pk=cast.vic.user.pk).update(is_active=False)
    problem(cast.vic.api.get("/me"), 401)
    assert cast.vic.browser.get("/").status_code == 302


def test_adduser_makes_an_account_that_can_sign_in(tmp_path: Path) -> None:
    settings = {"SALON_DATA_DIR": str(tmp_path), "DATABASE_URL": "", "REDIS_URL": ""}
    manage("migrate", **settings)
    ran = manage("adduser", "Ana@Example.org", "--name", "Ana", "--password-stdin", stdin=PASSWORD + "\n", **settings)
    assert ran.stdout == "Made an account for ana@example.org.\n"
    assert "already" in manage("adduser", "ana@example.org", "--password-stdin", stdin=PASSWORD + "\n", **settings).stderr
    assert "too short" in manage("adduser", "ben@example.org", "--password-stdin", stdin="short\n", **settings).stderr
    assert "valid email" in manage("adduser", "no address", "--password-stdin", stdin=PASSWORD + "\n", **settings).stderr
    token = manage("token", "ana@example.org", **settings).stdout
    assert re.fullmatch(r"salon_[\w-]{43}\n", token)
    assert "adduser" in manage("token", "nobody@example.org", **settings).stderr
    with fresh_server(tmp_path) as server, httpx.Client(base_url=server.url) as client:
        client.get("/accounts/login/")
        fields = {"login": "ana@example.org", "password": PASSWORD, "csrfmiddlewaretoken": client.cookies["salon_csrf"]}
        assert client.post("/accounts/login/", data=fields).headers["Location"] == "/"
        assert client.get("/").status_code == 200
        assert client.get("/admin/").status_code == 302


def test_a_link_for_one_makes_one_account_however_many_open_it(cast: Cast) -> None:
    link = cast.olive.api.post(f"{cast.path}/invites", json={"max_uses": 1}).json()
    made = []
    with anonymous(cast.olive.server) as first, anonymous(cast.olive.server) as second:
        for number, client in enumerate((first, second)):
            join_page(cast, client, link["token"])
            made.append(f"one-{number}-{link['token'].lower()}@example.org")
        codes = [sign_up(cast.olive.server, client, email).status_code for client, email in zip((first, second), made, strict=True)]
    assert codes[0] == 302
    assert codes[1] != 302
    assert list(User.objects.filter(email__in=made).values_list("email", flat=True)) == made[:1]


def test_the_admin_does_not_delete_people_past_the_actions(cast: Cast) -> None:
    User.objects.filter(pk=cast.olive.user.pk).update(is_staff=True, is_superuser=True)
    address = f"/admin/accounts/user/{cast.olive.user.pk}"
    assert cast.olive.browser.get(f"{address}/change/").status_code == 200
    assert cast.olive.browser.get(f"{address}/delete/").status_code == 403
