"""Adding, changing, removing and bringing back photos over the API, with the real worker behind it."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.conf import settings
from django_tasks_db.models import DBTaskResult

from rooms.models import Photo
from tests.people import Cast, Person, problem
from tests.pictures import moving, photograph, picture
from tests.services import wait_until


def add(person: Person, cast: Cast, content: bytes, name: str = "photo.jpg", **words: str) -> httpx.Response:
    return person.api.post(f"{cast.path}/photos", files={"file": (name, content)}, data=words)


def when_ready(cast: Cast, photo: dict[str, Any]) -> dict[str, Any]:
    """The photo once the worker is done with it."""

    def look() -> dict[str, Any]:
        found: dict[str, Any] = cast.vic.api.get(f"{cast.path}/photos/{photo['id']}").json()
        return found

    wait_until("the photo is developed", lambda: look()["state"] != "developing")
    return look()


def files_of(cast: Cast) -> list[Path]:
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file() and str(cast.room.id) in str(path)]


def test_a_photo_develops_and_keeps_what_was_said_about_it(cast: Cast) -> None:
    content = photograph("rocket.jpg")
    answer = add(cast.cleo, cast, content, caption=" Lift-off ", alt="A rocket on its pad")
    assert answer.status_code == 201
    photo = answer.json()
    assert photo["state"] == "ready"
    assert (photo["width"], photo["height"]) == (640, 427)
    assert (photo["caption"], photo["alt"], photo["uploader"]["name"]) == ("Lift-off", "A rocket on its pad", "Cleo")
    assert Photo.objects.get(pk=photo["id"]).sha256 == hashlib.sha256(content).hexdigest()
    events = cast.vic.api.get(f"{cast.path}/events", params={"after": photo["seq"] - 2}).json()["events"]
    told = [(event["seq"], event["kind"], event["data"]["state"]) for event in events]
    assert told == [(photo["seq"] - 1, "photo.added", "developing"), (photo["seq"], "photo.ready", "ready")]
    assert photo["id"] not in str(list(DBTaskResult.objects.values_list("args_kwargs")))  # there is nothing left to do


def test_what_moves_is_developed_by_the_worker(cast: Cast) -> None:
    photo = add(cast.cleo, cast, moving("gif"), name="film.gif").json()
    assert photo["state"] == "developing"
    ready = when_ready(cast, photo)
    assert ready["state"] == "ready"
    assert ready["seq"] > photo["seq"]
    kinds = [event["kind"] for event in cast.vic.api.get(f"{cast.path}/events", params={"after": photo["seq"] - 1}).json()["events"]]
    assert kinds == ["photo.added", "photo.ready"]


def test_the_same_bytes_again_are_a_calm_success(cast: Cast) -> None:
    content = picture()
    first = add(cast.cleo, cast, content)
    second = add(cast.mo, cast, content, name="other-name.jpg")
    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json()["id"] == first.json()["id"]
    assert len(cast.vic.api.get(f"{cast.path}/photos").json()["items"]) == 1


def test_the_same_bytes_eight_times_at_once_make_one_photo(cast: Cast) -> None:
    content, address, cleo = picture(), f"{cast.path}/photos", cast.cleo.api
    with ThreadPoolExecutor(8) as together:
        answers = list(together.map(lambda _: cleo.post(address, files={"file": ("a.jpg", content)}), range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert len({answer.json()["id"] for answer in answers}) == 1
    when_ready(cast, answers[0].json())
    assert len(files_of(cast)) == 4


def test_another_room_may_have_the_same_photo(cast: Cast) -> None:
    content = picture()
    add(cast.olive, cast, content)
    other = cast.olive.api.post("/rooms", json={"name": "Other"}).json()["id"]
    assert cast.olive.api.post(f"/rooms/{other}/photos", files={"file": ("a.jpg", content)}).status_code == 201


def test_photos_come_newest_first_in_pages(cast: Cast) -> None:
    ids = [add(cast.cleo, cast, picture(size=(40, 30))).json()["id"] for _ in range(5)]
    seen, cursor = [], None
    while True:
        parameters: dict[str, Any] = {"limit": 2} | ({"before": cursor} if cursor else {})
        page = cast.vic.api.get(f"{cast.path}/photos", params=parameters).json()
        seen += [photo["id"] for photo in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == ids[::-1]


@pytest.mark.parametrize("parameters", [{"limit": 0}, {"limit": 201}, {"limit": "x"}, {"before": "x"}])
def test_a_page_that_cannot_be_is_refused(cast: Cast, parameters: dict[str, Any]) -> None:
    assert problem(cast.vic.api.get(f"{cast.path}/photos", params=parameters), 422)["field"] in parameters


def test_one_captions_ones_own_and_curators_everybodys(cast: Cast) -> None:
    photo = add(cast.cleo, cast, picture()).json()
    address = f"{cast.path}/photos/{photo['id']}"
    assert cast.cleo.api.patch(address, json={"caption": "Mine"}).json()["caption"] == "Mine"
    changed = cast.mo.api.patch(address, json={"alt": "Coffee"}).json()
    assert (changed["caption"], changed["alt"]) == ("Mine", "Coffee")
    problem(cast.vic.api.patch(address, json={"caption": "Not mine"}), 403)
    assert problem(cast.cleo.api.patch(address, json={"caption": "x" * 501}), 422)["field"] == "caption"


def test_a_removed_photo_is_gone_at_once_and_comes_back_by_undo(cast: Cast) -> None:
    photo = when_ready(cast, add(cast.cleo, cast, picture()).json())
    address = f"{cast.path}/photos/{photo['id']}"
    assert cast.cleo.api.delete(address).status_code == 204
    problem(cast.vic.api.get(address), 404)
    assert cast.vic.api.get(f"{cast.path}/photos").json()["items"] == []
    problem(cast.cleo.api.patch(address, json={"caption": "Too late"}), 404)
    problem(cast.cleo.api.delete(address), 404)
    problem(cast.vic.api.post(f"{address}/restore"), 404)
    assert cast.cleo.api.post(f"{address}/restore").json()["state"] == "ready"
    assert cast.vic.api.get(address).status_code == 200


def test_a_photo_added_again_after_its_removal_keeps_the_old_one_removed(cast: Cast) -> None:
    content = picture()
    old = add(cast.cleo, cast, content).json()
    cast.cleo.api.delete(f"{cast.path}/photos/{old['id']}")
    assert add(cast.cleo, cast, content).status_code == 201
    assert problem(cast.cleo.api.post(f"{cast.path}/photos/{old['id']}/restore"), 409)["code"] == "duplicate"


def test_a_photo_of_another_room_is_not_reached_through_ones_own(cast: Cast) -> None:
    photo = add(cast.cleo, cast, picture()).json()
    mine = cast.sam.api.post("/rooms", json={"name": "Mine"}).json()["id"]
    for answer in (
        cast.sam.api.get(f"/rooms/{mine}/photos/{photo['id']}"),
        cast.sam.api.patch(f"/rooms/{mine}/photos/{photo['id']}", json={"caption": "Taken over"}),
        cast.sam.api.delete(f"/rooms/{mine}/photos/{photo['id']}"),
    ):
        problem(answer, 404)


def test_what_somebody_had_under_way_does_not_commit_after_their_removal(cast: Cast) -> None:
    """The membership was read before the removal; the write comes after it."""
    from rooms.actions import photos
    from salon.errors import NotFoundError

    cleo = cast.membership(cast.cleo)
    photo = Photo.objects.get(pk=add(cast.cleo, cast, picture()).json()["id"])
    cast.olive.api.delete(f"{cast.path}/members/{cast.cleo.user.id}")
    with pytest.raises(NotFoundError):
        photos.edit(cleo, photo, caption="From the grave")
    assert Photo.objects.get(pk=photo.pk).caption == ""


def test_a_photo_whose_file_is_lost_fails_with_a_sentence_instead_of_developing_for_ever(cast: Cast) -> None:
    from rooms import tasks
    from rooms.actions import admission
    from tests.rows import made_up_photo

    member = cast.membership(cast.cleo)
    photo = made_up_photo(member)
    admission.record_added(member, photo)
    tasks.develop.call(str(photo.id))
    photo.refresh_from_db()
    assert photo.state == "failed"
    assert "again" in photo.error
