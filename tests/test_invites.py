from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from rooms.models import Invite
from tests.people import Cast, anonymous, make_person, problem


def make_link(cast: Cast, **policy: object) -> dict[str, str]:
    answer = cast.olive.api.post(f"{cast.path}/invites", json=policy)
    assert answer.status_code == 201, answer.text
    link: dict[str, str] = answer.json()
    return link


def test_a_link_lets_a_stranger_into_that_room_with_its_role(cast: Cast) -> None:
    problem(cast.sam.api.get(cast.path), 404)
    link = make_link(cast, role="viewer", label="For the club")
    assert link["url"].endswith(f"/join/{link['token']}")
    room = cast.sam.api.post(f"/invites/{link['token']}/accept").json()["room"]
    assert (room["id"], room["role"]) == (cast.slug, "viewer")
    assert cast.sam.api.get(cast.path).status_code == 200


def test_joining_twice_is_harmless(cast: Cast) -> None:
    link = make_link(cast, max_uses=1)
    first = cast.sam.api.post(f"/invites/{link['token']}/accept").json()
    assert cast.sam.api.post(f"/invites/{link['token']}/accept").json() == first
    assert Invite.objects.get(token=link["token"]).uses == 1


def test_a_link_does_not_lower_or_lift_who_is_in_already(cast: Cast) -> None:
    link = make_link(cast, role="moderator")
    assert cast.vic.api.post(f"/invites/{link['token']}/accept").json()["room"]["role"] == "viewer"


def test_unknown_expired_revoked_and_used_up_links_answer_alike(cast: Cast) -> None:
    expired, revoked, used = (make_link(cast) for _ in range(3))
    Invite.objects.filter(token=expired["token"]).update(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    cast.olive.api.delete(f"{cast.path}/invites/{revoked['id']}")
    Invite.objects.filter(token=used["token"]).update(max_uses=1, uses=1)
    tokens = ["AAAAAAAAAAAAAAAAAAAAAA", expired["token"], revoked["token"], used["token"]]
    answers = [cast.sam.api.post(f"/invites/{token}/accept") for token in tokens]
    assert {problem(answer, 404)["code"] for answer in answers} == {"invite_invalid"}
    assert len({answer.text for answer in answers}) == 1
    with anonymous(cast.sam.server) as visitor:
        pages = [visitor.get(f"/join/{token}") for token in tokens]
    assert {page.status_code for page in pages} == {404}
    assert len({page.text for page in pages}) == 1


def test_an_expiry_in_the_past_is_refused(cast: Cast) -> None:
    answer = cast.olive.api.post(f"{cast.path}/invites", json={"expires_at": "2020-01-01T00:00:00Z"})
    assert problem(answer, 422)["field"] == "expires_at"


@pytest.mark.parametrize("body", [{"role": "king"}, {"max_uses": 0}, {"max_uses": 10**12}, {"label": "x" * 81}, {"expires_at": "soon"}])
def test_a_link_with_a_bad_policy_is_refused_with_the_field(cast: Cast, body: dict[str, object]) -> None:
    assert problem(cast.olive.api.post(f"{cast.path}/invites", json=body), 422)["field"] == next(iter(body))


def test_nobody_lifts_themselves_up_by_a_link(cast: Cast) -> None:
    problem(cast.mo.api.post(f"{cast.path}/invites", json={"role": "moderator"}), 403)
    problem(cast.olive.api.post(f"{cast.path}/invites", json={"role": "owner"}), 403)
    strong = make_link(cast, role="moderator")
    assert strong["id"] not in {link["id"] for link in cast.mo.api.get(f"{cast.path}/invites").json()["items"]}
    problem(cast.mo.api.delete(f"{cast.path}/invites/{strong['id']}"), 404)


def test_a_link_for_three_lets_in_three_of_twelve_who_come_at_once(cast: Cast) -> None:
    link = make_link(cast, max_uses=3)
    guests = [make_person(cast.olive.server, "Guest") for _ in range(12)]

    def accept(guest: object) -> int:
        answer: httpx.Response = guest.api.post(f"/invites/{link['token']}/accept")  # type: ignore[attr-defined]
        guest.close()  # type: ignore[attr-defined]
        return answer.status_code

    with ThreadPoolExecutor(12) as together:
        codes = list(together.map(accept, guests))
    assert sorted(codes) == [200] * 3 + [404] * 9
    assert Invite.objects.get(token=link["token"]).uses == 3


def test_opening_the_page_of_a_link_changes_nothing_until_one_says_yes(cast: Cast) -> None:
    link = make_link(cast)
    page = cast.sam.browser.get(f"/join/{link['token']}")
    assert page.status_code == 200
    assert "Summer by the lake" in page.text
    assert Invite.objects.get(token=link["token"]).uses == 0
    assert problem(cast.sam.api.get(cast.path), 404)


def test_the_page_of_a_link_is_not_cached_and_leaks_no_referrer(cast: Cast) -> None:
    page = cast.sam.browser.get(f"/join/{make_link(cast)['token']}")
    assert "no-store" in page.headers["Cache-Control"]
    assert page.headers["Referrer-Policy"] == "same-origin"


def test_guessing_tokens_is_slowed_down(cast: Cast) -> None:
    codes = [cast.sam.api.post(f"/invites/{number:022}/accept").status_code for number in range(61)]
    assert codes[0] == 404
    assert codes[-1] == 429
    assert int(cast.sam.api.post("/invites/x/accept").headers["Retry-After"]) >= 1
