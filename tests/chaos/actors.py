"""Carries out the plan's steps over HTTP and writes down what was answered."""

import asyncio
from collections import defaultdict
from typing import Any

import httpx

from tests.chaos.crowd import Crowd, Member
from tests.chaos.follower import Follower
from tests.chaos.ledger import Departure, Ledger, Write
from tests.chaos.plan import Step
from tests.chaos.state import Shape
from tests.chaos.web import Web
from tests.pictures import picture

AT_ONCE = 12  # steps under way at the same time; more would only wait in our own queue


class Actors:
    def __init__(self, crowd: Crowd, followers: dict[tuple[int, int], Follower], web: Web, ledger: Ledger) -> None:
        self.crowd, self.followers, self.web, self.ledger = crowd, followers, web, ledger
        self.turn = asyncio.Semaphore(AT_ONCE)
        # Somebody who is coming back must wait until it has been seen that they were out.
        self.doors: dict[tuple[int, int], asyncio.Lock] = defaultdict(asyncio.Lock)

    async def take(self, step: Step) -> None:
        verbs = {
            "add": self.add, "caption": self.caption, "delete": self.delete, "restore": self.restore, "join": self.join,
            "remove": self.remove, "leave": self.remove, "rename": self.rename, "role": self.change_role,
        }  # fmt: skip
        async with self.turn:
            result = await verbs[step.what](step)
        self.ledger.count(f"{step.what}: {result}")
        self.ledger.note(f"step {step.number}: {step.what} by member {step.who} in room {step.room}: {result}")

    def member(self, step: Step) -> Member:
        return self.crowd.members[step.who]

    def path(self, step: Step) -> str:
        return f"/rooms/{self.crowd.rooms[step.room]}"

    def kept(self, step: Step, answer: httpx.Response | None, kind: str, **data: Any) -> str:
        """Remember what must be in the journal from now on, if it was answered with success."""
        if answer is None:
            return "unanswered"
        if not answer.is_success:
            return f"refused {answer.status_code}"
        self.ledger.writes.append(Write(step.room, kind, data))
        return "done"

    async def add(self, step: Step) -> str:
        content = await asyncio.to_thread(picture, size=(96, 64))
        page = self.followers[step.who, step.room]
        await page.say(type="upload", uploads=[{"id": str(step.number), "progress": 0.5}])
        files = {"file": (f"{step.number}.jpg", content)}
        answer = await self.web.write(self.member(step), "POST", f"{self.path(step)}/photos", files=files)
        await page.say(type="upload", uploads=[])
        return self.kept(step, answer, "photo.added", id=answer.json().get("id") if answer is not None else None)

    def shown(self, step: Step) -> Shape | None:
        """One of the photos on this person's screen that are theirs to tend."""
        follower = self.followers[step.who, step.room]
        if follower.state is None:
            return None
        me = follower.member.id
        curates = follower.state.members.get(me, {}).get("role") in ("owner", "moderator")
        photos = sorted(follower.state.photos.values(), key=lambda photo: str(photo["id"]))
        return chosen([photo for photo in photos if curates or (photo["uploader"] or {}).get("id") == me], step.pick)

    async def caption(self, step: Step) -> str:
        photo = self.shown(step)
        if photo is None:
            return "nothing there"
        caption = f"Caption {step.number}"
        answer = await self.web.write(self.member(step), "PATCH", f"{self.path(step)}/photos/{photo['id']}", json={"caption": caption})
        return self.kept(step, answer, "photo.changed", id=photo["id"], caption=caption)

    async def delete(self, step: Step) -> str:
        photo = self.shown(step)
        if photo is None:
            return "nothing there"
        answer = await self.web.write(self.member(step), "DELETE", f"{self.path(step)}/photos/{photo['id']}")
        return self.kept(step, answer, "photo.removed", id=photo["id"])

    async def restore(self, step: Step) -> str:
        state = self.followers[step.who, step.room].state
        photo_id = chosen(sorted(state.removed.keys() - state.photos.keys()), step.pick) if state is not None else None
        if photo_id is None:
            return "nothing there"
        answer = await self.web.write(self.member(step), "POST", f"{self.path(step)}/photos/{photo_id}/restore")
        return self.kept(step, answer, "photo.restored", id=photo_id)

    async def rename(self, step: Step) -> str:
        name = f"Name {step.number}"
        answer = await self.web.write(self.member(step), "PATCH", self.path(step), json={"name": name})
        return self.kept(step, answer, "room.changed", name=name)

    async def change_role(self, step: Step) -> str:
        other = self.crowd.members[step.other or 0]
        answer = await self.web.write(self.member(step), "PATCH", f"{self.path(step)}/members/{other.id}", json={"role": step.role})
        return self.kept(step, answer, "member.changed", role=step.role, user={"id": other.id, "name": f"Member{other.number}"})

    async def join(self, step: Step) -> str:
        """A curator makes a link (whoever was removed needs a new one), and this person follows it."""
        owner, member = self.crowd.members[step.room], self.member(step)
        made = await self.web.write(owner, "POST", f"{self.path(step)}/invites", json={"role": step.role})
        if made is None or not made.is_success:
            return "no link"
        async with self.doors[member.number, step.room]:
            departure = self.ledger.last_departure(member.number, step.room)
            if departure is not None and departure.asked_back is None:
                departure.asked_back = self.ledger.now()
            answer = await self.web.write(member, "POST", f"/invites/{made.json()['token']}/accept")
            if answer is None or not answer.is_success:
                return "unanswered" if answer is None else f"refused {answer.status_code}"
            if departure is not None:
                departure.is_back = self.ledger.now()
        self.followers[member.number, step.room].open_page()
        return self.kept(step, answer, "member.joined", user={"id": member.id, "name": f"Member{member.number}"})

    async def remove(self, step: Step) -> str:
        gone = self.crowd.members[step.who if step.other is None else step.other]
        async with self.doors[gone.number, step.room]:
            departure = Departure(gone.number, step.room, self.ledger.now())
            self.ledger.departures.append(departure)
            answer = await self.web.write(self.member(step), "DELETE", f"{self.path(step)}/members/{gone.id}")
            if answer is not None and not answer.is_success:
                self.ledger.departures.remove(departure)
                return f"refused {answer.status_code}"
            if answer is not None:
                departure.answered = self.ledger.now()
                await self.check_shut(gone, step)
        return self.kept(step, answer, "member.left", id=gone.id)

    async def check_shut(self, gone: Member, step: Step) -> None:
        """From the moment of the answer neither API nor media know them any more, whichever server is asked."""
        room = self.crowd.rooms[step.room]
        state = self.followers[step.room, step.room].state  # the owner's, whose number is the room's
        ready = [photo["media"]["thumb"] for photo in state.photos.values() if photo["state"] == "ready"] if state is not None else []
        for url in self.web.urls:
            for path in (f"/api/v1/rooms/{room}", f"/api/v1/rooms/{room}/events", *ready[:1]):
                status = await self.web.status(gone, url, path)
                if status == 404:
                    self.ledger.count("doors found shut")
                elif status is not None:
                    self.ledger.violation(f"member {gone.number} left room {step.room}, but {path} still answers {status}")


def chosen[T](things: list[T], pick: float) -> T | None:
    return things[int(pick * len(things))] if things else None
