"""The promise: snapshot + events = fresh snapshot, whatever happened in between."""

import itertools
import json
from contextlib import suppress
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from rooms import access, broadcasts, journal, tasks
from rooms.actions import admission, bulk, development, invites, members, photos
from rooms.actions import rooms as actions
from rooms.covers import Cover
from rooms.models import Event, Kind, Membership, Photo, PhotoState, Role
from rooms.shapes.events import EventOut
from rooms.shapes.members import MemberOut
from rooms.shapes.rooms import RoomChanged
from salon.errors import ProblemError
from tests.listening import State, hear_of_photo, hear_of_talk, look, shown_comments
from tests.people import Cast
from tests.rows import fill, made_up_photo
from tests.talking import TALK, talk
from tests.test_sockets import frame

unique = itertools.count()


def snapshot(member: Membership) -> State:
    """The room as a fresh look shows it."""
    room = access.room_for(member.user, member.room.slug).room
    people = Membership.objects.filter(room=room).select_related("user")
    return {
        "room": {"room": RoomChanged.at(room, Cover.of(room)).model_dump(mode="json")},
        **look(member),
        "members": {str(other.user_id): MemberOut.of(other).model_dump(mode="json") for other in people},
    }


def apply(state: State, event: dict[str, Any], member: Membership) -> None:
    """What a client does with an event, by the rules of docs/protocol.md."""
    kind, data = event["kind"], event["data"]
    if kind == "room.changed":
        state["room"]["room"] = data
    elif kind.startswith("photo."):
        hear_of_photo(state, event, member)
    elif kind.startswith(("comment.", "reaction.")):
        hear_of_talk(state, event, member)
    elif kind == "member.left":
        state["members"].pop(data["id"], None)
    else:
        state["members"][data["user"]["id"]] = data


def test_a_change_and_its_event_stand_or_fall_together(cast: Cast) -> None:
    member = cast.membership(cast.olive)
    seq, name = member.room.seq, member.room.name
    with suppress(ZeroDivisionError), journal.record(member.room, Kind.ROOM_CHANGED, member.user):
        member.room.name = "Half done"
        member.room.save(update_fields=["name"])
        raise ZeroDivisionError
    member.room.refresh_from_db()
    assert (member.room.seq, member.room.name) == (seq, name)
    assert not Event.objects.filter(room=member.room, seq__gt=seq).exists()


def test_a_page_that_ends_where_one_is_has_nothing_and_does_not_reset(cast: Cast) -> None:
    assert journal.since(cast.room.id, cast.room.seq) == journal.Page(events=[], seq=cast.room.seq, reset=False)


def test_pages_follow_each_other_without_gap(cast: Cast) -> None:
    seen: list[int] = []
    while page := journal.since(cast.room.id, seen[-1] if seen else 0, limit=2).events:
        seen += [event.seq for event in page]
    assert seen == list(range(1, cast.room.seq + 1))


def test_a_pruned_journal_asks_for_a_fresh_look(cast: Cast) -> None:
    assert not journal.since(cast.room.id, 0).reset
    Event.objects.filter(room=cast.room, seq__lte=2).delete()
    assert journal.since(cast.room.id, 0).reset
    assert not journal.since(cast.room.id, 2).reset
    Event.objects.filter(room=cast.room).delete()
    assert journal.since(cast.room.id, 3).reset
    assert journal.since(cast.room.id, cast.room.seq + 1).reset


@pytest.fixture
def no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """The steps below say themselves when a photo is developed; the server's worker must not come in between."""
    idle = SimpleNamespace(enqueue=lambda photo_id: None, module_path=tasks.develop.module_path)
    monkeypatch.setattr(tasks, "develop", idle)


STEPS = st.sampled_from(
    ["add", "develop", "fail", "caption", "remove", "restore", "rename", "cover", "shift", "many", "role", "leave", "join"]
)


@pytest.mark.usefixtures("no_worker")
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
)
@given(steps=st.lists(st.tuples(STEPS | st.sampled_from(TALK), st.integers(0, 5)), max_size=18), looked=st.integers(0, 18))
def test_a_snapshot_and_the_events_after_it_equal_a_fresh_snapshot(cast: Cast, steps: list[tuple[str, int]], looked: int) -> None:
    owner = cast.membership(cast.olive)
    take("add", 0, cast)
    state = snapshot(owner)
    seq = state["room"]["room"]["seq"]
    for number, (step, choice) in enumerate(steps):
        if number == looked:
            state = snapshot(owner)
            seq = state["room"]["room"]["seq"]  # read first: of what the server's own sweep does meanwhile, nothing is missed
        (talk if step in TALK else take)(step, choice, cast)
    fresh, events = settled(owner, seq)
    assert [event.seq for event in events] == list(range(seq + 1, seq + 1 + len(events)))
    for event in events:
        apply(state, EventOut.of(event).model_dump(mode="json"), owner)
    state["comments"] = shown_comments(state)
    # The room's own number moves with every event, and what its cover shows with the photos; its other fields only with their own.
    for room in (state["room"]["room"], fresh["room"]["room"]):
        for name in ("seq", "cover", "colour"):
            room.pop(name)
    assert state == fresh


def settled(owner: Membership, seq: int) -> tuple[State, list[Event]]:
    """A fresh snapshot and all events up to it: the server's own sweep for forgotten photos may come in between."""
    while True:
        fresh, page = snapshot(owner), journal.since(owner.room_id, seq)
        if fresh["room"]["room"]["seq"] == page.seq:
            return fresh, page.events


def take(step: str, choice: int, cast: Cast) -> None:
    """One step of somebody's; one that makes no sense just now is refused and changes nothing."""
    owner = cast.membership(cast.olive)
    everything = list(Photo.objects.filter(room=cast.room).order_by("id"))
    photo = everything[choice % len(everything)] if everything else None
    try:
        if step == "add":
            admission.record_added(owner, made_up_photo(owner))
        elif step == "rename":
            actions.edit(owner, name=f"Name {next(unique)}")
        elif step == "many":
            (bulk.remove_many if choice % 2 else bulk.restore_many)(owner, [one.id for one in everything])
        elif step == "role":
            members.change_role(owner, cast.membership(cast.vic), list(Role)[choice % 4])
        elif step == "leave":
            members.remove(owner, cast.membership(cast.vic))
        elif step == "join":
            members.join(cast.vic.user, invites.create(owner).token)
        elif photo is not None:
            photo.room = owner.room
            take_photo(step, choice, owner, photo)
    except (ProblemError, Membership.DoesNotExist):
        pass


def take_photo(step: str, choice: int, owner: Membership, photo: Photo) -> None:
    develop = {"develop": PhotoState.READY, "fail": PhotoState.FAILED}
    if step in develop:
        development.settle(photo, develop[step])
    elif step == "cover":
        actions.edit(owner, cover=photo.id)
    elif step == "shift":
        photos.edit(owner, photo, taken_at=timezone.now())
        bulk.edit_many(owner, [photo.id], shift=timedelta(hours=choice - 3))
    elif step == "caption":
        photos.edit(owner, photo, caption=f"Caption {next(unique)}")
    else:
        {"remove": photos.remove, "restore": photos.restore}[step](owner, photo)


def test_pruning_forgets_from_the_beginning_and_leaves_no_hole(cast: Cast) -> None:
    """Even where a clock went back, so that an older moment has a higher number."""
    member = cast.membership(cast.olive)
    fill(member, 20)
    newest = member.room.seq
    now, long_ago = timezone.now(), timezone.now() - timedelta(days=40)
    Event.objects.filter(room=member.room, seq__lte=newest - 12).update(at=long_ago)
    Event.objects.filter(room=member.room, seq=newest - 5).update(at=long_ago)
    other = Event.objects.filter(room=actions.create(cast.olive.user, "Another room").room).count()
    assert journal.prune(now - timedelta(days=30)) == newest - 5
    left = Event.objects.filter(room=member.room).order_by("seq").values_list("seq", flat=True)
    assert list(left) == list(range(newest - 4, newest + 1))
    assert other == 1
    assert journal.prune(now - timedelta(days=30)) == 0


def test_who_was_away_for_longer_than_the_journal_reaches_reads_the_room_afresh(cast: Cast) -> None:
    member = cast.membership(cast.olive)
    fill(member, 6)
    newest = member.room.seq
    Event.objects.filter(room=member.room, seq__lte=newest - 3).update(at=timezone.now() - timedelta(days=40))
    journal.prune(timezone.now() - timedelta(days=30))
    page = cast.vic.api.get(f"{cast.path}/events?after={newest - 5}").json()
    assert page == {"events": [], "seq": newest, "reset": True}
    kept = cast.vic.api.get(f"{cast.path}/events?after={newest - 3}").json()
    assert [event["seq"] for event in kept["events"]] == [newest - 2, newest - 1, newest]
    with cast.vic.socket(cast.slug, after=newest - 5) as socket:
        assert frame(socket)["mode"] == "reset"
    with cast.vic.socket(cast.slug, after=newest - 3) as socket:
        assert frame(socket)["mode"] == "resume"
        assert [event["seq"] for event in frame(socket)["events"]] == [newest - 2, newest - 1, newest]


def test_the_socket_s_text_of_an_event_is_the_api_s(cast: Cast) -> None:
    for event in Event.objects.filter(room=cast.room).select_related("actor"):
        assert json.loads(broadcasts.text_of(event)) == EventOut.of(event).model_dump(mode="json")
