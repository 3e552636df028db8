"""The second names of pictures, by which a web server in front of Salon finds those it may serve."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from rooms import files, housekeeping, orphans, shown
from rooms.ingest.derive import EDGES
from rooms.models import Photo
from tests.originals import stored
from tests.people import Cast
from tests.pictures import picture


def hung(cast: Cast) -> Photo:
    return stored(cast.membership(cast.cleo), picture(), pictures={name: picture("WEBP", size=(40, 30)) for name in EDGES})


def shown_names(photo: Photo) -> list[Path]:
    return [files.path(shown.name(photo, variant)) for variant in EDGES if files.exists(shown.name(photo, variant))]


def test_a_removal_that_was_killed_half_way_is_ended_by_the_next_round(cast: Cast) -> None:
    photo, old = hung(cast), hung(cast)
    for one, ago in ((photo, timedelta()), (old, timedelta(hours=5))):
        shown.show(one, "grid")
        assert shown_names(one)
        Photo.objects.filter(pk=one.pk).update(removed_at=timezone.now() - ago)
    housekeeping.hide_removed(timezone.now() - timedelta(minutes=5))
    assert (shown_names(photo), len(shown_names(old))) == ([], 1)
    orphans.sweep()
    assert shown_names(old) == []
    assert files.exists(files.name_of(old, "grid"))


def test_a_picture_that_is_shown_while_it_is_removed_is_hidden_again(cast: Cast) -> None:
    photo = hung(cast)
    Photo.objects.filter(pk=photo.pk).update(removed_at=timezone.now())  # since whoever shows it read the row
    shown.show(photo, "grid")
    assert shown_names(photo) == []


def test_a_photo_that_is_gone_for_good_leaves_no_second_name(cast: Cast) -> None:
    photo = hung(cast)
    shown.show(photo, "grid")
    assert shown_names(photo)
    cast.cleo.api.delete(f"{cast.path}/photos/{photo.id}")
    cast.cleo.api.delete(f"{cast.path}/removed/{photo.id}")
    assert (shown_names(photo), Photo.objects.filter(pk=photo.pk).exists()) == ([], False)


def test_without_a_web_server_in_front_nothing_gets_a_second_name(cast: Cast) -> None:
    photo = hung(cast)
    assert cast.vic.browser.get(f"/media/{cast.slug}/{photo.id}/grid").status_code == 200
    assert shown_names(photo) == []


def test_where_files_have_no_second_names_salon_serves_them_itself(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    photo = hung(cast)
    monkeypatch.setattr("os.link", refuse)
    shown.show(photo, "grid")
    assert shown_names(photo) == []
    assert cast.vic.browser.get(f"/media/{cast.slug}/{photo.id}/grid").status_code == 200


def test_what_is_shown_takes_no_place_and_may_be_deleted_at_any_time(cast: Cast) -> None:
    photo = hung(cast)
    shown.show(photo, "grid")
    (second,) = shown_names(photo)
    assert second.samefile(files.path(files.name_of(photo, "grid")))
    second.unlink()
    shown.show(photo, "grid")
    assert shown_names(photo) == [second]
