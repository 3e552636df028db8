"""One table of every address and socket against everybody who may knock. A route that is missing from it fails the test."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from websockets.exceptions import InvalidStatus

from rooms.models import HEART, Invite
from tests.people import Cast, Person, anonymous, gather_cast, open_socket
from tests.pictures import picture
from tests.server import Server
from tests.services import wait_until
from tests.test_sockets import closing, frame

CAST = ("olive", "mo", "cleo", "vic", "rita", "sam", "nobody")


@dataclass
class World:
    """The room of the cast, with one thing of each kind in it. Made afresh for each row, because rows change it."""

    cast: Cast
    photo: str
    removed_photo: str
    invite: Invite
    upload: str
    archive: str
    screen: str
    screen_key: str


def row(method: str, route: str, address: Callable[[World], str], codes: str, **request: Any) -> Any:
    return pytest.param(method, route, address, tuple(int(code) for code in codes.split()), request, id=f"{method} {route}")


API = "api/v1/"
TUS = {"Tus-Resumable": "1.0.0"}
PIECE = TUS | {"Content-Type": "application/offset+octet-stream"}
ROOM = API + "rooms/<room>"
PHOTO = ROOM + "/photos/<uuid:photo>"
COMMENT = PHOTO + "/comments/<uuid:comment>"
REACTION = PHOTO + "/reactions/<emoji>"
UPLOADS = ROOM + "/uploads"
UPLOAD = UPLOADS + "/<uuid:upload>"
MEMBER = ROOM + "/members/<uuid:user>"
INVITE = ROOM + "/invites/<uuid:invite>"
ARCHIVE = "media/<slug:slug>/archives/<uuid:archive_id>"
GATE = "internal/media/<slug:slug>"
MEDIA = "media/<slug:slug>/<uuid:photo_id>/<slug:variant>"
DEVICE = {"endpoint": "https://fcm.googleapis.com/fcm/send/one", "keys": {"p256dh": "BA" + "A" * 85, "auth": "A" * 22}}


def room(world: World) -> str:
    return f"/api/v1{world.cast.path}"


def photo(world: World) -> str:
    return f"{room(world)}/photos/{world.photo}"


def vic(world: World) -> str:
    return f"{room(world)}/members/{world.cast.vic.user.id}"


def device(world: World) -> str:
    """A device of the contributor's."""
    added = world.cast.cleo.api.post("/notifications/devices", json=DEVICE)
    return f"/api/v1/notifications/devices/{added.json()['id']}"


def comment(world: World) -> str:
    """The viewer's."""
    said = world.cast.vic.api.post(f"{world.cast.path}/photos/{world.photo}/comments", json={"text": "Said"})
    return f"{photo(world)}/comments/{said.json()['id']}"


def removed_comment(world: World) -> str:
    """The viewer's, who took it back."""
    address = comment(world)
    assert world.cast.vic.api.delete(address.removeprefix("/api/v1")).status_code == 204
    return address


def uploads(world: World) -> str:
    return f"{room(world)}/uploads"


def upload(world: World) -> str:
    return f"{uploads(world)}/{world.upload}"


def shown(world: World) -> dict[str, Any]:
    return {"ids": [world.photo]}


def hidden(world: World) -> dict[str, Any]:
    return {"ids": [world.removed_photo]}


def report(world: World) -> str:
    made = world.cast.vic.api.post(f"{world.cast.path}/photos/{world.photo}/report", json={"reason": "Not ours"})
    return f"{room(world)}/reports/{made.json()['id']}/settle"


# Columns: owner, moderator, contributor (who uploaded the photo), viewer, removed, stranger, signed out.
TABLE = [
    row("GET", API + "me", lambda w: "/api/v1/me", "200 200 200 200 200 200 401"),
    row("GET", API + "tokens", lambda w: "/api/v1/tokens", "200 200 200 200 200 200 401"),
    row("POST", API + "tokens", lambda w: "/api/v1/tokens", "201 201 201 201 201 201 401", json={}),
    row("DELETE", API + "tokens/<uuid:token>", lambda w: f"/api/v1/tokens/{uuid4()}", "404 404 404 404 404 404 401"),
    row("GET", API + "notifications", lambda w: "/api/v1/notifications", "200 200 200 200 200 200 401"),  # each their own
    row("POST", API + "notifications/read", lambda w: "/api/v1/notifications/read", "204 204 204 204 204 204 401", json={}),
    row("GET", API + "notifications/settings", lambda w: "/api/v1/notifications/settings", "200 200 200 200 200 200 401"),
    row("PATCH", API + "notifications/settings", lambda w: "/api/v1/notifications/settings", "200 200 200 200 200 200 401", json={}),
    row("GET", API + "notifications/devices", lambda w: "/api/v1/notifications/devices", "200 200 200 200 200 200 401"),
    row("POST", API + "notifications/devices", lambda w: "/api/v1/notifications/devices", "201 201 201 201 201 201 401", json=DEVICE),
    row("DELETE", API + "notifications/devices/<uuid:device>", device, "404 404 204 404 404 404 401"),
    row("PUT", ROOM + "/notify", lambda w: room(w) + "/notify", "204 204 204 204 404 404 401", json={"level": "none"}),
    row("GET", "notifications", lambda w: "/notifications", "200 200 200 200 200 200 302"),
    row("GET", "notifications/settings", lambda w: "/notifications/settings", "200 200 200 200 200 200 302"),
    row("GET", "unsubscribe/<str:token>", lambda w: "/unsubscribe/nonsense", "404 404 404 404 404 404 404"),
    row("GET", API + "rooms", lambda w: "/api/v1/rooms", "200 200 200 200 200 200 401"),
    row("POST", API + "rooms", lambda w: "/api/v1/rooms", "201 201 201 201 201 201 401", json={"name": "New"}),
    row("GET", ROOM, room, "200 200 200 200 404 404 401"),
    row("PATCH", ROOM, room, "200 403 403 403 404 404 401", json={"name": "N"}),
    row("PATCH", ROOM, room, "200 200 403 403 404 404 401", json={"cover": None}),  # the cover alone
    row("DELETE", ROOM, room, "204 403 403 403 404 404 401"),
    row("GET", ROOM + "/photos", lambda w: room(w) + "/photos", "200 200 200 200 404 404 401"),
    row("POST", ROOM + "/photos", lambda w: room(w) + "/photos", "201 201 201 403 404 404 401", upload=True),
    row("GET", ROOM + "/photos/index", lambda w: room(w) + "/photos/index", "200 200 200 200 404 404 401"),
    row("POST", ROOM + "/photos/lookup", lambda w: room(w) + "/photos/lookup", "200 200 200 200 404 404 401", json=shown),
    row("POST", ROOM + "/photos/remove", lambda w: room(w) + "/photos/remove", "204 204 204 403 404 404 401", json=shown),
    row("POST", ROOM + "/photos/restore-many", lambda w: room(w) + "/photos/restore-many", "200 200 200 404 404 404 401", json=hidden),
    row("POST", ROOM + "/photos/edit-many", lambda w: room(w) + "/photos/edit-many", "200 200 200 403 404 404 401", json=shown),
    row("PUT", ROOM + "/read", lambda w: room(w) + "/read", "204 204 204 204 404 404 401", json={"seq": 1}),
    row("POST", PHOTO + "/report", lambda w: photo(w) + "/report", "201 201 201 201 404 404 401", json={}),
    row("GET", ROOM + "/reports", lambda w: room(w) + "/reports", "200 200 403 403 404 404 401"),
    row("POST", ROOM + "/reports/<uuid:report>/settle", report, "204 204 403 403 404 404 401"),
    row("GET", PHOTO, photo, "200 200 200 200 404 404 401"),
    row("PATCH", PHOTO, photo, "200 200 200 403 404 404 401", json={"caption": "C"}),
    row("DELETE", PHOTO, photo, "204 204 204 403 404 404 401"),
    row("POST", PHOTO + "/retry", lambda w: photo(w) + "/retry", "200 200 200 403 404 404 401"),
    row("POST", PHOTO + "/restore", lambda w: f"{room(w)}/photos/{w.removed_photo}/restore", "200 200 200 404 404 404 401"),
    row("POST", ROOM + "/photos/known", lambda w: room(w) + "/photos/known", "200 200 200 403 404 404 401", json={"sha256": ["0" * 64]}),
    row("GET", PHOTO + "/details", lambda w: photo(w) + "/details", "200 200 200 200 404 404 401"),
    row("GET", PHOTO + "/comments", lambda w: photo(w) + "/comments", "200 200 200 200 404 404 401"),
    row("POST", PHOTO + "/comments", lambda w: photo(w) + "/comments", "201 201 201 201 404 404 401", json={"text": "Said"}),
    row("PATCH", COMMENT, comment, "403 403 403 200 404 404 401", json={"text": "Meant"}),  # the author alone
    row("DELETE", COMMENT, comment, "204 204 403 204 404 404 401"),
    row("POST", COMMENT + "/restore", lambda w: removed_comment(w) + "/restore", "200 200 404 200 404 404 401"),
    row("GET", PHOTO + "/reactions", lambda w: photo(w) + "/reactions", "200 200 200 200 404 404 401"),
    row("PUT", REACTION, lambda w: photo(w) + f"/reactions/{HEART}", "200 200 200 200 404 404 401"),
    row("DELETE", REACTION, lambda w: photo(w) + f"/reactions/{HEART}", "200 200 200 200 404 404 401"),
    row("GET", ROOM + "/removed", lambda w: room(w) + "/removed", "200 200 200 200 404 404 401"),
    row("DELETE", ROOM + "/removed/<uuid:photo>", lambda w: f"{room(w)}/removed/{w.removed_photo}", "204 204 204 404 404 404 401"),
    row("OPTIONS", UPLOADS, uploads, "204 204 204 204 204 204 204"),
    row("GET", UPLOADS, uploads, "200 200 200 403 404 404 401"),
    row("POST", UPLOADS, uploads, "201 201 201 403 404 404 401", headers=TUS | {"Upload-Length": "9"}),
    row("HEAD", UPLOAD, upload, "404 404 200 404 404 404 401", headers=TUS),
    row("PATCH", UPLOAD, upload, "404 404 204 403 404 404 401", headers=PIECE | {"Upload-Offset": "0"}, content=b"\xff\xd8\xff"),
    row("POST", UPLOAD, upload, "404 404 204 404 404 404 401", headers=TUS | {"X-HTTP-Method-Override": "DELETE"}),
    row("DELETE", UPLOAD, upload, "404 404 204 404 404 404 401", headers=TUS),
    row("PUT", UPLOAD + "/preview", lambda w: upload(w) + "/preview", "404 404 204 403 404 404 401", content=picture(size=(40, 30))),
    row(
        "GET",
        "media/<slug:slug>/uploads/<uuid:upload_id>/preview",
        lambda w: f"/media/{w.cast.slug}/uploads/{w.upload}/preview",
        "200 200 200 200 404 404 404",
    ),
    row(
        "GET",
        "media/<slug:slug>/removed/<uuid:photo_id>",
        lambda w: f"/media/{w.cast.slug}/removed/{w.removed_photo}",
        "200 200 200 404 404 404 404",
    ),
    row("GET", ROOM + "/events", lambda w: room(w) + "/events", "200 200 200 200 404 404 401"),
    row("GET", ROOM + "/members", lambda w: room(w) + "/members", "200 200 200 200 404 404 401"),
    row("PATCH", MEMBER, vic, "200 403 403 403 404 404 401", json={"role": "contributor"}),
    row("DELETE", MEMBER, vic, "204 204 403 204 404 404 401"),
    row("GET", ROOM + "/invites", lambda w: room(w) + "/invites", "200 200 403 403 404 404 401"),
    row("POST", ROOM + "/invites", lambda w: room(w) + "/invites", "201 201 403 403 404 404 401", json={}),
    row("DELETE", INVITE, lambda w: f"{room(w)}/invites/{w.invite.id}", "204 204 403 403 404 404 401"),
    row("POST", API + "invites/<token>/accept", lambda w: f"/api/v1/invites/{w.invite.token}/accept", "200 200 200 200 200 200 401"),
    row("GET", API + "openapi.json", lambda w: "/api/v1/openapi.json", "200 200 200 200 200 200 200"),
    row("GET", MEDIA, lambda w: f"/media/{w.cast.slug}/{w.photo}/grid", "200 200 200 200 404 404 404"),
    row("GET", GATE, lambda w: f"/internal/media/{w.cast.slug}", "204 204 204 204 403 403 403"),  # asked by nginx, which knows no 404
    row("POST", ROOM + "/archives", lambda w: room(w) + "/archives", "201 201 201 201 404 404 401", json={}),
    row("GET", ARCHIVE, lambda w: f"/media/{w.cast.slug}/archives/{w.archive}", "404 404 200 404 404 404 404"),  # hers only
    row("GET", "", lambda w: "/", "200 200 200 200 200 200 302"),
    row("GET", "rooms/<slug:slug>", lambda w: f"/rooms/{w.cast.slug}", "200 200 200 200 404 404 302"),
    row(
        "GET",
        "rooms/<slug:slug>/invites/<uuid:invite_id>/card",
        lambda w: f"/rooms/{w.cast.slug}/invites/{w.invite.id}/card",
        "200 200 404 404 404 404 302",
    ),
    row("GET", ROOM + "/wall", lambda w: room(w) + "/wall", "200 200 200 200 404 404 401"),
    row("PATCH", ROOM + "/wall", lambda w: room(w) + "/wall", "200 200 403 403 404 404 401", json={"paused": True}),
    row("GET", ROOM + "/wall/feed", lambda w: room(w) + "/wall/feed", "200 200 200 200 404 404 401"),
    row("GET", ROOM + "/screens", lambda w: room(w) + "/screens", "200 200 403 403 404 404 401"),
    row("POST", ROOM + "/screens", lambda w: room(w) + "/screens", "201 201 403 403 404 404 401", json={}),
    row("DELETE", ROOM + "/screens/<uuid:screen>", lambda w: f"{room(w)}/screens/{w.screen}", "204 204 403 403 404 404 401"),
    row("GET", "rooms/<slug:slug>/wall", lambda w: f"/rooms/{w.cast.slug}/wall", "200 200 200 200 404 404 302"),
    row("GET", "wall/<slug:key>", lambda w: f"/wall/{w.screen_key}", "302 302 302 302 302 302 302"),  # whoever has the key
    row("GET", "join/<slug:token>", lambda w: f"/join/{w.invite.token}", "302 302 302 302 200 200 200"),
    row("GET", "setup", lambda w: "/setup", "404 404 404 404 404 404 404"),
    row("GET", "healthz", lambda w: "/healthz", "200 200 200 200 200 200 200"),
    row("GET", "readyz", lambda w: "/readyz", "200 200 200 200 200 200 200"),
    row("GET", "doctor/look", lambda w: "/doctor/look", "404 404 404 404 404 404 404"),  # for whoever has a token that Salon has signed
    row("POST", "doctor/body", lambda w: "/doctor/body", "404 404 404 404 404 404 404"),
    row("GET", "doctor/content", lambda w: "/doctor/content", "404 404 404 404 404 404 404"),
    row("GET", "doctor/stream", lambda w: "/doctor/stream", "404 404 404 404 404 404 404"),
    row("GET", "metrics", lambda w: "/metrics", "404 404 404 404 404 404 404"),  # for staff and whoever has the token
]
# Django's and allauth's own pages, tested by them; each asks for what it needs. The admin's root stands for the admin.
FOREIGN = ("accounts/", "admin/")
# `DELETE /tokens` would take away the tokens the table itself speaks with; test_accounts has it.
ELSEWHERE = {("DELETE", API + "tokens")}


def ask(world: World, who: str, method: str, address: str, request: dict[str, Any]) -> httpx.Response:
    arguments = {name: value(world) if callable(value) else value for name, value in request.items() if name != "upload"}
    if "upload" in request:
        arguments["files"] = {"file": ("a.jpg", picture())}
    with anonymous(world.cast.vic.server) as client:
        if who != "nobody":
            person: Person = getattr(world.cast, who)
            if address.startswith("/api/"):
                client.headers["Authorization"] = f"Bearer {person.token}"
            else:
                client.cookies.set("salon_session", person.session)
        return client.request(method, address, **arguments)


@pytest.fixture
def world(cast: Cast) -> World:
    return make_world(cast)


@pytest.fixture(scope="module")
def shared_world(server: Server) -> Iterator[World]:
    """For whoever only looks, or is refused: they leave nothing changed behind."""
    cast = gather_cast(server)
    yield make_world(cast)
    for person in cast:
        person.close()


def make_world(cast: Cast) -> World:
    photo, removed = (
        cast.cleo.api.post(f"{cast.path}/photos", files={"file": ("a.jpg", picture(size=(60, 40)))}).json()["id"] for _ in range(2)
    )
    wait_until("the photo is developed", lambda: cast.vic.api.get(f"{cast.path}/photos/{photo}").json()["state"] == "ready")
    cast.cleo.api.delete(f"{cast.path}/photos/{removed}")
    link = Invite.objects.get(token=cast.olive.api.post(f"{cast.path}/invites", json={}).json()["token"])
    begun = cast.cleo.api.post(f"{cast.path}/uploads", headers=TUS | {"Upload-Length": "1000"})
    upload = begun.headers["Location"].rpartition("/")[2]
    cast.cleo.api.put(f"{cast.path}/uploads/{upload}/preview", content=picture(size=(40, 30)))
    archive = cast.cleo.api.post(f"{cast.path}/archives", json={}).json()["id"]
    screen = cast.olive.api.post(f"{cast.path}/screens", json={}).json()
    return World(cast, photo, removed, link, upload, archive, screen["id"], screen["url"].rpartition("/")[2])


@pytest.mark.parametrize(("method", "route", "address", "codes", "request_"), TABLE)
@pytest.mark.parametrize("who", CAST)
def test_everybody_gets_the_code_of_the_table(
    request: pytest.FixtureRequest,
    who: str,
    method: str,
    route: str,
    address: Callable[[World], str],
    codes: tuple[int, ...],
    request_: dict[str, Any],
) -> None:
    code = codes[CAST.index(who)]
    world: World = request.getfixturevalue("world" if method != "GET" and code < 300 else "shared_world")
    response = ask(world, who, method, address(world), request_)
    assert response.status_code == code, response.text[:300]


def routes(patterns: list[URLPattern | URLResolver], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if path.startswith(FOREIGN):
            continue
        if isinstance(pattern, URLResolver):
            found |= routes(pattern.url_patterns, path)
        else:
            found[path] = pattern.callback
    return found


def test_no_route_is_missing_from_the_table() -> None:
    known = {(parameter.values[0], parameter.values[1]) for parameter in TABLE} | ELSEWHERE
    assert {generic(route) for _, route in known} == {generic(route) for route in routes(get_resolver().url_patterns)} - {API}
    from salon.api import api

    for path, methods in api.get_openapi_schema()["paths"].items():
        for method in methods:
            shape = path.removeprefix("/").replace("{room}", "<room>").replace("{token}", "<token>")
            candidates = [route for verb, route in known if verb == method.upper() and generic(route) == generic(shape)]
            assert candidates, f"{method.upper()} {path} is not in the table"


def generic(route: str) -> str:
    return "/".join("*" if part.startswith(("<", "{")) else part for part in route.split("/"))


@pytest.mark.parametrize(("who", "code"), [*zip(CAST, (0, 0, 0, 0, 4404, 4404, 4401), strict=True)])
def test_everybody_gets_the_socket_code_of_the_table(cast: Cast, who: str, code: int) -> None:
    server = cast.vic.server
    cookie = "" if who == "nobody" else f"salon_session={getattr(cast, who).session}"
    with open_socket(server, cast.slug, {"Cookie": cookie, "Origin": server.url}) as socket:
        if code:
            assert closing(socket)[0] == code
        else:
            assert frame(socket)["type"] == "hello"


@pytest.mark.parametrize("path", ["/ws/", "/ws/rooms/", "/ws/other", "/ws/doctor", "/api/v1/rooms"])
def test_there_are_no_other_sockets(cast: Cast, path: str) -> None:
    from websockets.sync.client import connect

    with pytest.raises(InvalidStatus):
        connect(cast.vic.server.url.replace("http", "ws") + path, additional_headers={"Authorization": f"Bearer {cast.vic.token}"})


@pytest.mark.parametrize(("method", "address", "body"), [("POST", "/api/v1/rooms", {"name": "N"}), ("DELETE", "/api/v1/tokens", None)])
def test_a_cookie_alone_writes_nothing_without_its_csrf_token(cast: Cast, method: str, address: str, body: Any) -> None:
    answer = cast.vic.browser.request(method, address, json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "csrf")
    assert cast.vic.api.get("/me").status_code == 200


def test_a_wrong_token_is_not_saved_by_a_good_cookie(cast: Cast) -> None:
    assert cast.vic.browser.get("/api/v1/me").status_code == 200
    assert cast.vic.browser.get("/api/v1/me", headers={"Authorization": "Bearer salon_wrong"}).status_code == 401
