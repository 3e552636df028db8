"""The tus protocol, word for word, over real HTTP."""

import base64
import hashlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.conf import settings

from rooms.models import Photo, Upload
from tests.people import Cast, anonymous, problem
from tests.pictures import picture
from tests.tus import PIECE, TUS, begin, begun, encoded, offset_of, partial_of, patch, problem_of_head


def test_salon_says_what_it_can(cast: Cast) -> None:
    with anonymous(cast.vic.server) as visitor:
        answer = visitor.options(f"/api/v1{cast.path}/uploads")
    assert answer.status_code == 204
    assert answer.headers["Tus-Version"] == "1.0.0"
    assert set(answer.headers["Tus-Extension"].split(",")) == {"creation", "creation-with-upload", "checksum", "expiration", "termination"}
    assert answer.headers["Tus-Checksum-Algorithm"] == "sha1,sha256"
    assert answer.headers["Tus-Max-Size"] == str(settings.MAX_UPLOAD_BYTES)


def test_another_version_of_tus_is_refused(cast: Cast) -> None:
    answer = cast.cleo.api.post(f"{cast.path}/uploads", headers={"Tus-Resumable": "0.2.0", "Upload-Length": "9"})
    assert problem(answer, 412)["code"] == "tus_version"
    assert answer.headers["Tus-Version"] == "1.0.0"


@pytest.mark.parametrize(
    ("headers", "status", "field"),
    [
        ({}, 400, "Upload-Length"),
        ({"Upload-Length": "many"}, 400, "Upload-Length"),
        ({"Upload-Length": "-1"}, 400, "Upload-Length"),
        ({"Upload-Length": "٣"}, 400, "Upload-Length"),
        ({"Upload-Defer-Length": "1"}, 400, "Upload-Length"),
        ({"Upload-Length": "0"}, 422, "file"),
        ({"Upload-Length": "9", "Upload-Metadata": "filename a!"}, 400, "Upload-Metadata"),
        ({"Upload-Length": "9", "Upload-Metadata": "filename " + "QQ==" * 3000}, 400, "Upload-Metadata"),
        ({"Upload-Length": "9", "Upload-Metadata": encoded(caption="long" * 200)}, 422, "caption"),
        ({"Upload-Length": "9", "Upload-Metadata": encoded(alt="a\0b")}, 422, "alt"),
    ],
)
def test_a_bad_creation_says_what_is_wrong(cast: Cast, headers: dict[str, str], status: int, field: str) -> None:
    raw = [(name.encode(), value.encode()) for name, value in (TUS | headers).items()]
    assert problem(cast.cleo.api.post(f"{cast.path}/uploads", headers=raw), status)["field"] == field
    assert not Upload.objects.filter(room=cast.room).exists()


def test_a_file_that_is_too_large_is_refused_before_a_byte_is_sent(cast: Cast) -> None:
    error = problem(begin(cast.cleo, cast, settings.MAX_UPLOAD_BYTES + 1), 413)
    assert error["code"] == "too_large"
    assert "50 MB" in error["message"]
    told = cast.cleo.api.get(f"{cast.path}/uploads").json()
    assert (told["largest"], told["left"], told["items"]) == (settings.MAX_UPLOAD_BYTES, None, [])


def test_a_stale_offset_is_a_conflict_and_changes_nothing(cast: Cast) -> None:
    content = picture()
    address = begun(cast.cleo, cast, len(content))
    patch(cast.cleo, address, 0, content[:500])
    for offset in (0, 499, 501, len(content)):
        assert problem(patch(cast.cleo, address, offset, content[:10]), 409)["code"] == "stale_offset"
    assert offset_of(cast.cleo, address) == 500
    assert patch(cast.cleo, address, 500, content[500:]).status_code == 204


def test_more_bytes_than_promised_do_not_count(cast: Cast) -> None:
    content = picture()
    address = begun(cast.cleo, cast, len(content))
    assert problem(patch(cast.cleo, address, 0, content + b"more"), 400)["code"] == "too_much"
    assert offset_of(cast.cleo, address) == 0


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_a_piece_with_the_wrong_checksum_does_not_count(cast: Cast, algorithm: str) -> None:
    content = picture()
    address = begun(cast.cleo, cast, len(content))

    def checksum(of: bytes) -> str:
        return f"{algorithm} {base64.b64encode(hashlib.new(algorithm, of).digest()).decode()}"

    assert patch(cast.cleo, address, 0, content[:900], Upload_Checksum=checksum(content[:900])).status_code == 204
    assert problem(patch(cast.cleo, address, 900, content[900:], Upload_Checksum=checksum(content)), 460)["code"] == "checksum"
    assert offset_of(cast.cleo, address) == 900
    assert patch(cast.cleo, address, 900, content[900:], Upload_Checksum=checksum(content[900:])).status_code == 204


@pytest.mark.parametrize("header", ["md5 AAAA", "sha1", "sha1 not base64!", "crc32 AAAA"])
def test_a_checksum_that_cannot_be_read_is_refused(cast: Cast, header: str) -> None:
    address = begun(cast.cleo, cast, 100)
    assert problem(patch(cast.cleo, address, 0, b"x" * 10, Upload_Checksum=header), 400)["field"] == "Upload-Checksum"
    assert offset_of(cast.cleo, address) == 0


def test_twelve_senders_of_the_same_piece_are_served_one_after_another(cast: Cast) -> None:
    content = picture()
    address = begun(cast.cleo, cast, len(content))
    with ThreadPoolExecutor(12) as together:
        answers = list(together.map(lambda _: patch(cast.cleo, address, 0, content[:5000]).status_code, range(12)))
    assert sorted(answers) == [204] + [409] * 11
    with ThreadPoolExecutor(12) as together:
        answers = list(together.map(lambda _: patch(cast.cleo, address, 5000, content[5000:]).status_code, range(12)))
    assert sorted(answers) == [204] + [409] * 11
    assert Photo.objects.filter(room=cast.room).count() == 1


def test_a_proxy_that_lets_only_post_through_is_no_hindrance(cast: Cast) -> None:
    content = picture()
    address = begun(cast.cleo, cast, len(content))
    override = {"X-HTTP-Method-Override": "PATCH", "Upload-Offset": "0"}
    assert cast.cleo.api.post(address, headers=PIECE | override, content=content[:100]).status_code == 204
    assert offset_of(cast.cleo, address) == 100
    assert cast.cleo.api.post(address, headers=TUS | {"X-HTTP-Method-Override": "DELETE"}).status_code == 204
    problem_of_head(cast.cleo, address, 404)
    problem(cast.cleo.api.post(begun(cast.cleo, cast, 9), headers=TUS), 405)


def test_an_ended_upload_is_gone(cast: Cast) -> None:
    content = picture()
    address = begun(cast.cleo, cast, len(content))
    patch(cast.cleo, address, 0, content[:100])
    assert partial_of(address).exists()
    ended = cast.cleo.api.delete(address, headers=TUS)
    assert (ended.status_code, ended.headers["Tus-Resumable"]) == (204, "1.0.0")
    problem_of_head(cast.cleo, address, 404)
    problem(patch(cast.cleo, address, 100, content[100:]), 404)
    problem(cast.cleo.api.delete(address, headers=TUS), 404)
    assert not partial_of(address).exists()


def test_a_cookie_needs_its_csrf_token_here_too(cast: Cast) -> None:
    headers: dict[str, Any] = TUS | {"Upload-Length": "9"}
    answer = cast.cleo.browser.post(f"/api/v1{cast.path}/uploads", headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "csrf")
