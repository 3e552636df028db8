"""What two people do at the same moment. What was read before the room's lock may be old; nothing is decided by it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from rooms.actions import development, members, photos
from rooms.actions import rooms as actions
from rooms.models import Event, Photo, PhotoState, Role, Room
from salon.errors import ForbiddenError, NotFoundError
from tests.people import Cast, Person, problem
from tests.pictures import picture

ROUNDS = 6


def together(*calls: Callable[[], httpx.Response]) -> list[int]:
    with ThreadPoolExecutor(len(calls)) as pool:
        return sorted(answer.status_code for answer in pool.map(lambda call: call(), calls))


def kinds(cast: Cast) -> list[str]:
    return list(Event.objects.filter(room=cast.room, seq__gt=cast.room.seq).order_by("seq").values_list("kind", flat=True))


def test_a_member_removed_by_two_people_at_once_leaves_once(cast: Cast) -> None:
    address = f"{cast.path}/members/{cast.vic.user.id}"
    olive, mo = cast.olive.api, cast.mo.api
    assert together(*[lambda api=api: api.delete(address) for api in (olive, mo, olive, mo)]) == [204, 404, 404, 404]
    assert kinds(cast) == ["member.left"]


@pytest.mark.parametrize("round", range(ROUNDS))
def test_a_role_changed_while_its_member_is_removed_never_breaks(cast: Cast, round: int) -> None:
    address = f"{cast.path}/members/{cast.vic.user.id}"
    olive, mo = cast.olive.api, cast.mo.api
    codes = together(lambda: olive.patch(address, json={"role": "contributor"}), lambda: mo.delete(address))
    assert codes in ([200, 204], [204, 404])
    assert kinds(cast)[-1] == "member.left"


def test_a_moderator_cannot_remove_somebody_who_has_just_become_an_owner(cast: Cast) -> None:
    mo, cleo = cast.membership(cast.mo), cast.membership(cast.cleo)
    members.change_role(cast.membership(cast.olive), cast.membership(cast.cleo), Role.OWNER)
    with pytest.raises(ForbiddenError):
        members.remove(mo, cleo)


def test_somebody_promoted_during_an_upload_keeps_the_photo(cast: Cast) -> None:
    cleo = cast.membership(cast.cleo)
    members.change_role(cast.membership(cast.olive), cast.membership(cast.cleo), Role.MODERATOR)
    photo = Photo.objects.select_related("room", "uploader").get(pk=add(cast.mo, cast)["id"])
    assert photos.edit(cleo, photo, caption="As a moderator").caption == "As a moderator"


def test_an_owner_demoted_in_between_does_not_delete_the_room(cast: Cast) -> None:
    olive, mo = cast.membership(cast.olive), cast.membership(cast.mo)
    members.change_role(olive, mo, Role.OWNER)
    members.change_role(cast.membership(cast.mo), cast.membership(cast.olive), Role.VIEWER)
    for forbidden in (lambda: actions.delete(olive), lambda: actions.edit(olive, name="Mine")):
        olive.role = Role.OWNER  # as it was read before
        with pytest.raises(ForbiddenError):
            forbidden()
    assert Room.objects.get(pk=cast.room.pk).deleted_at is None


@pytest.mark.parametrize("round", range(ROUNDS))
def test_two_edits_of_different_fields_both_stand(cast: Cast, round: int) -> None:
    api = cast.olive.api
    assert together(
        lambda: api.patch(cast.path, json={"name": "New name"}), lambda: api.patch(cast.path, json={"description": "New words"})
    ) == [200, 200]
    room = api.get(cast.path).json()
    assert (room["name"], room["description"]) == ("New name", "New words")


def add(person: Person, cast: Cast) -> dict[str, Any]:
    added: dict[str, Any] = person.api.post(f"{cast.path}/photos", files={"file": ("a.jpg", picture(size=(60, 40)))}).json()
    return added


def test_what_a_moderator_took_away_its_uploader_cannot_bring_back(cast: Cast) -> None:
    address = f"{cast.path}/photos/{add(cast.cleo, cast)['id']}"
    cast.mo.api.delete(address)
    problem(cast.cleo.api.post(f"{address}/restore"), 404)
    assert cast.olive.api.post(f"{address}/restore").status_code == 200
    cast.cleo.api.delete(address)
    assert cast.cleo.api.post(f"{address}/restore").status_code == 200


def test_somebody_removed_needs_a_new_link_to_come_back(cast: Cast) -> None:
    old = cast.olive.api.post(f"{cast.path}/invites", json={}).json()["token"]
    cast.olive.api.delete(f"{cast.path}/members/{cast.vic.user.id}")
    assert problem(cast.vic.api.post(f"/invites/{old}/accept"), 404)["code"] == "invite_invalid"
    assert cast.sam.api.post(f"/invites/{old}/accept").status_code == 200
    new = cast.olive.api.post(f"{cast.path}/invites", json={}).json()["token"]
    assert cast.vic.api.post(f"/invites/{new}/accept").status_code == 200


def test_somebody_who_left_may_come_back_by_the_old_link(cast: Cast) -> None:
    old = cast.olive.api.post(f"{cast.path}/invites", json={}).json()["token"]
    cast.vic.api.delete(f"{cast.path}/members/{cast.vic.user.id}")
    assert cast.vic.api.post(f"/invites/{old}/accept").status_code == 200


def test_a_photo_developed_twice_is_told_once(cast: Cast) -> None:
    photo = Photo.objects.select_related("room", "uploader").get(pk=add(cast.cleo, cast)["id"])
    for _ in range(2):
        development.settle(photo, PhotoState.READY)
    assert kinds(cast).count("photo.ready") == 1


def test_an_edit_of_a_photo_removed_in_between_does_not_bring_it_back(cast: Cast) -> None:
    cleo = cast.membership(cast.cleo)
    photo = Photo.objects.select_related("room", "uploader").get(pk=add(cast.cleo, cast)["id"])
    cast.cleo.api.delete(f"{cast.path}/photos/{photo.id}")
    with pytest.raises(NotFoundError):
        photos.edit(cleo, photo, caption="Back again?")


@pytest.mark.parametrize("act", [photos.remove, photos.restore, photos.purge], ids=lambda act: act.__name__)
def test_a_photo_that_went_for_good_a_moment_ago_is_not_there(cast: Cast, act: Callable[..., Any]) -> None:
    added = cast.cleo.api.post(f"{cast.path}/photos", files={"file": ("a.jpg", picture(size=(60, 40)))}).json()
    photo = Photo.objects.select_related("room", "uploader").get(pk=added["id"])
    Photo.objects.filter(pk=photo.pk).delete()
    with pytest.raises(NotFoundError):
        act(cast.membership(cast.cleo), photo)
