"""What must go goes, row and file; what is just coming never does."""

import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import OperationalError, connections
from django.utils import timezone

from rooms import files, housekeeping, orphans
from rooms.ingest.derive import EDGES
from rooms.models import Edition, Event, Photo, Room, Upload
from salon.ids import new_id
from tests.people import Cast, problem
from tests.pictures import picture
from tests.rows import made_up_photo
from tests.services import wait_until
from tests.tus import begin, begun, patch

KINDS = ("originals", "derivatives", "shown", "uploads", "previews")


def files_of(room: Room) -> list[Path]:
    return [path for kind in KINDS for path in (Path(settings.MEDIA_ROOT) / kind / str(room.id)).rglob("*") if path.is_file()]


def added(cast: Cast) -> Photo:
    content = picture()
    photo = Photo.objects.get(pk=begin(cast.cleo, cast, len(content), content).headers["Salon-Photo"])
    wait_until("it is developed", lambda: Photo.objects.get(pk=photo.pk).state == "ready")
    return photo


def age(photo: Photo, days: float) -> None:
    Photo.objects.filter(pk=photo.pk).update(removed_at=timezone.now() - timedelta(days=days))


def test_a_removed_photo_can_be_brought_back_for_thirty_days_and_then_is_gone_row_and_file(cast: Cast) -> None:
    photo, stays = added(cast), added(cast)
    cast.cleo.api.delete(f"{cast.path}/photos/{photo.id}")
    age(photo, 29.9)
    housekeeping.tidy()
    assert cast.cleo.api.post(f"{cast.path}/photos/{photo.id}/restore").status_code == 200
    cast.cleo.api.delete(f"{cast.path}/photos/{photo.id}")
    age(photo, 30.1)
    housekeeping.tidy()
    assert not Photo.objects.filter(pk=photo.pk).exists()
    assert not Edition.objects.filter(photo=photo.pk).exists()
    problem(cast.cleo.api.post(f"{cast.path}/photos/{photo.id}/restore"), 404)
    assert {path.name.split(".")[0] for path in files_of(cast.room)} == {str(stays.id)}


def test_removed_photos_are_listed_for_those_who_may_bring_them_back(cast: Cast) -> None:
    own, moderated = added(cast), added(cast)
    cast.cleo.api.delete(f"{cast.path}/photos/{own.id}")
    cast.mo.api.delete(f"{cast.path}/photos/{moderated.id}")
    listed = cast.mo.api.get(f"{cast.path}/removed").json()["items"]
    assert [item["id"] for item in listed] == [str(moderated.id), str(own.id)]
    assert (listed[0]["removed_by"]["name"], listed[1]["removed_by"]["name"]) == ("Mo", "Cleo")
    assert listed[0]["gone_at"] > listed[0]["removed_at"]
    assert [item["id"] for item in cast.cleo.api.get(f"{cast.path}/removed").json()["items"]] == [str(own.id)]
    assert cast.vic.api.get(f"{cast.path}/removed").json()["items"] == []
    first = cast.mo.api.get(f"{cast.path}/removed", params={"limit": 1}).json()
    rest = cast.mo.api.get(f"{cast.path}/removed", params={"limit": 1, "before": first["next"]}).json()
    assert ([item["id"] for item in rest["items"]], rest["next"]) == ([str(own.id)], None)
    address = listed[0]["preview"]
    assert cast.mo.browser.get(address).headers["Content-Type"] == "image/webp"
    for person in (cast.cleo, cast.vic, cast.sam):
        assert person.browser.get(address).status_code == 404
    assert cast.cleo.browser.get(listed[1]["preview"]).status_code == 200


def test_a_removed_photo_can_go_for_good_at_once(cast: Cast) -> None:
    photo = added(cast)
    address = f"{cast.path}/removed/{photo.id}"
    problem(cast.cleo.api.delete(address), 404)  # it is not removed
    cast.mo.api.delete(f"{cast.path}/photos/{photo.id}")
    problem(cast.cleo.api.delete(address), 404)  # what a moderator took away is not Cleo's to end
    problem(cast.sam.api.delete(address), 404)
    assert files_of(cast.room)
    assert cast.mo.api.delete(address).status_code == 204
    assert not Photo.objects.filter(pk=photo.pk).exists()
    assert files_of(cast.room) == []


def test_a_deleted_room_goes_with_all_it_held_after_its_days_of_grace(cast: Cast) -> None:
    added(cast)
    address = begun(cast.cleo, cast, 1000)
    patch(cast.cleo, address, 0, picture()[:100])
    cast.olive.api.delete(cast.path)
    housekeeping.tidy()
    assert Room.objects.filter(pk=cast.room.pk).exists()
    Room.objects.filter(pk=cast.room.pk).update(deleted_at=timezone.now() - timedelta(days=31))
    housekeeping.tidy()
    assert not Room.objects.filter(pk=cast.room.pk).exists()
    assert not Event.objects.filter(room=cast.room.pk).exists()
    assert files_of(cast.room) == []
    assert not (files.path("uploads") / address.rpartition("/")[2]).exists()


def stray(name: str, *, old: bool = False) -> Path:
    path = files.path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"left behind")
    if old:
        os.utime(path, (0, 0))
    return path


def test_files_that_belong_to_nothing_are_swept(cast: Cast) -> None:
    photo, room = added(cast), cast.room.id
    address = begun(cast.cleo, cast, 1000)
    patch(cast.cleo, address, 0, picture()[:100])
    kept = set(files_of(cast.room)) | {files.path("uploads") / address.rpartition("/")[2]}
    strays = [
        stray(f"originals/{room}/{new_id()}"),
        stray(f"originals/{uuid4()}/{new_id()}"),
        stray(f"derivatives/{room}/{new_id()}.view.webp"),
        stray(f"uploads/{new_id()}"),
        stray(f"previews/{room}/{new_id()}.webp"),
    ]
    foreign = stray("originals/README.txt")
    draft = stray(f"originals/{room}/.{new_id()}.abc")
    assert orphans.sweep() >= len(strays)
    assert [path for path in strays if path.exists()] == []
    assert [path for path in (*kept, foreign, draft) if not path.exists()] == []
    assert {path.name.split(".")[1] for path in kept if str(photo.id) in path.name and "." in path.name} == set(EDGES)
    foreign.unlink()
    draft.unlink()


def test_a_draft_is_swept_once_no_honest_server_can_still_be_writing_it(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    draft = stray(f"originals/{cast.room.id}/.{new_id()}.abc")
    monkeypatch.setattr(orphans, "YOUNG_SECONDS", -1)
    with files.only_writer(str(draft.relative_to(settings.MEDIA_ROOT))):
        orphans.sweep()
        assert draft.exists()
    orphans.sweep()
    assert not draft.exists()


@contextmanager
def sweeping() -> Iterator[None]:
    """Sweeps again and again, as fast as it can, while the block runs."""
    done, problems = threading.Event(), list[BaseException]()

    def sweep() -> None:
        try:
            while not done.is_set():
                orphans.sweep()
        except BaseException as error:
            problems.append(error)
        finally:
            connections.close_all()

    sweepers = [threading.Thread(target=sweep) for _ in range(2)]
    for sweeper in sweepers:
        sweeper.start()
    try:
        yield
    finally:
        done.set()
        for sweeper in sweepers:
            sweeper.join()
    assert problems == []


def test_the_sweep_never_takes_what_is_just_coming(cast: Cast) -> None:
    line = cast.cleo.api, cast.mo.api  # made here, because the threads that share them would each make one

    def send(number: int) -> str:
        content = picture(size=(300, 200))
        if number % 2:
            answer = line[0].post(f"{cast.path}/photos", files={"file": ("a.jpg", content)})
            return str(answer.json()["id"])
        address = begun(cast.mo, cast, len(content))
        assert patch(cast.mo, address, 0, content[:500]).status_code == 204
        return patch(cast.mo, address, 500, content[500:]).headers["Salon-Photo"]

    with sweeping(), ThreadPoolExecutor(6) as pool:
        photos = list(pool.map(send, range(36)))
    for photo in photos:
        assert all(files.exists(f"{kind}/{cast.room.id}/{photo}{end}") for kind, end in
                   (("originals", ""), ("derivatives", ".thumb.webp"), ("derivatives", ".grid.webp")))  # fmt: skip


def test_a_file_whose_row_is_about_to_be_committed_is_not_an_orphan(cast: Cast) -> None:
    photo = made_up_photo(cast.membership(cast.cleo), seq=1)
    name = files.name_of(photo, "original")
    with files.kept({name: b"bytes", files.name_of(photo, "thumb"): b"tile"}):
        orphans.sweep()
        assert files.exists(name)
        assert files.exists(files.name_of(photo, "thumb"))
    orphans.sweep()
    assert not files.exists(name)
    assert not files.exists(files.name_of(photo, "thumb"))


def test_of_a_photo_that_could_not_be_added_no_file_stays(cast: Cast) -> None:
    photo = made_up_photo(cast.membership(cast.cleo), seq=1)
    with pytest.raises(RuntimeError), files.kept({files.name_of(photo, "original"): b"bytes", files.name_of(photo, "thumb"): b"tile"}):
        raise RuntimeError
    assert files_of(cast.room) == []


def commit_and_break(photo: Photo) -> None:
    photo.save(force_insert=True)
    raise OperationalError("the connection broke after COMMIT")


def test_a_commit_whose_outcome_is_unknown_leaves_the_files_to_the_sweep(cast: Cast) -> None:
    photo = made_up_photo(cast.membership(cast.cleo), seq=1)
    name = files.name_of(photo, "original")
    with pytest.raises(OperationalError), files.kept({name: b"bytes"}):
        commit_and_break(photo)
    orphans.sweep()
    assert files.exists(name)
    Photo.objects.filter(pk=photo.pk).delete()
    orphans.sweep()
    assert not files.exists(name)


def test_an_upload_that_somebody_writes_does_not_expire_under_their_hands(cast: Cast) -> None:
    address = begun(cast.cleo, cast, 1000)
    patch(cast.cleo, address, 0, picture()[:100])
    upload = Upload.objects.get(room=cast.room)
    Upload.objects.filter(pk=upload.pk).update(expires_at=timezone.now())
    with files.only_writer(files.partial(upload.pk)):
        housekeeping.tidy()
        assert Upload.objects.filter(pk=upload.pk).exists()
    housekeeping.tidy()
    assert not Upload.objects.filter(pk=upload.pk).exists()
