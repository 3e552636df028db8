"""What stands for a room: the photo that was chosen, or else its newest, and the colour of that."""

import binascii
import uuid
from base64 import b64decode
from colorsys import hls_to_rgb, rgb_to_hls
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from rooms.models import Photo, PhotoState, Room
from rooms.shapes.photos import media_address

# Between what would swallow dark words and what would swallow light ones, and never loud.
DARKEST, LIGHTEST, LOUDEST = 0.30, 0.70, 0.45


@dataclass(frozen=True)
class Cover:
    photo_id: uuid.UUID | None
    thumbhash: str = ""

    @classmethod
    def of(cls, room: Room) -> "Cover":
        """As it is now, in one query."""
        return cls(*Room.objects.filter(pk=room.pk).values_list(*columns("pk", "cover").values()).get())

    def address(self, room: Room) -> str | None:
        return media_address(room, self.photo_id, "grid") if self.photo_id else None

    @property
    def colour(self) -> str | None:
        return muted(average(self.thumbhash)) if self.thumbhash else None


def columns(room: str, chosen: str) -> dict[str, Any]:
    """The arguments of a Cover as columns of a query in which these are the names of the room and of its chosen photo."""
    shown = Photo.objects.shown().filter(room=OuterRef(room))
    picked = shown.filter(pk=OuterRef(chosen))
    newest = shown.filter(state=PhotoState.READY).newest_first()[:1]
    return {f"cover_{name}": first_of(picked, newest, column) for name, column in (("id", "pk"), ("thumbhash", "thumbhash"))}


def first_of(picked: QuerySet[Photo], newest: QuerySet[Photo], column: str) -> Coalesce:
    return Coalesce(Subquery(picked.values(column)), Subquery(newest.values(column)))


def average(thumbhash: str) -> tuple[float, float, float]:
    """Red, green and blue from 0 to 1, as the first 18 bits of a thumbhash have them. https://evanw.github.io/thumbhash/"""
    try:
        bits = int.from_bytes(b64decode(thumbhash)[:3], "little")
    except binascii.Error:
        bits = 0
    light, yellow, red = (bits & 63) / 63, (bits >> 6 & 63) / 31.5 - 1, (bits >> 12 & 63) / 31.5 - 1
    b = light - 2 / 3 * yellow
    r = (3 * light - b + red) / 2
    return clamped(r), clamped(r - red), clamped(b)


def muted(colour: tuple[float, float, float]) -> str:
    """The hue of it, calm enough to lie behind words: `#rrggbb`."""
    hue, light, _ = rgb_to_hls(*colour)
    light = clamped(light, DARKEST, LIGHTEST)
    # As far from grey as it was: what is nearly black or white would otherwise become a colour that nobody sees in the picture.
    loud = (max(colour) - min(colour)) / (1 - abs(2 * light - 1))
    rgb = hls_to_rgb(hue, light, clamped(loud, 0, LOUDEST))
    return "#" + "".join(f"{round(part * 255):02x}" for part in rgb)


def clamped(value: float, least: float = 0, most: float = 1) -> float:
    return min(most, max(least, value))
