"""The benchmark of photos itself: that it measures what it says, runs from beginning to end, and notices what is wrong."""

import json
import math
import subprocess
import sys
from io import BytesIO
from itertools import islice
from pathlib import Path

import pytest
from PIL import Image

from rooms.ingest.derive import EDGES
from tests.bench.photos import corpus, quality, rounds, table
from tests.bench.photos.contestants.contestant import BrokenError, Contestant, Salon
from tests.bench.photos.contestants.turns import resident
from tests.bench.photos.quality import Best, psnr
from tests.bench.photos.rounds import BYTES, CPU, ENCODED, PEAK, PIXELS, TIME, Results
from tests.bench.photos.served.found import ANSWER, Found, percentile
from tests.pictures import FOLDER, SIDEWAYS, picture
from tests.server import REPOSITORY
from tests.services import find_program

pytestmark = pytest.mark.once
needs_services = pytest.mark.skipif(not (find_program("initdb") and find_program("redis-server")), reason="needs PostgreSQL and Redis")
COMMAND = [sys.executable, "-m", "tests.bench.photos", "--quick", "--contestants", "salon,sandboxed,pillow", "--folder"]
SHOT = corpus.Kind("a small shot", "jpeg", (320, 240), enlarged=0.6, noise=4, turned=True)
CORE = {0}


@pytest.fixture
def shot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A photo of the benchmark's own making, in a folder of its own."""
    monkeypatch.setattr(corpus, "FOLDER", tmp_path)
    return corpus.path_of(SHOT)


def test_the_psnr_of_pictures_that_differ_by_one_step_everywhere_is_48_13_decibels() -> None:
    one, other = (Image.new("RGB", (8, 8), (step, step, step)) for step in (100, 101))
    assert psnr(one, other) == pytest.approx(20 * math.log10(255))
    assert psnr(one, one.copy()) == quality.EQUAL


def test_pictures_of_different_sizes_have_no_psnr() -> None:
    with pytest.raises(ValueError, match="cannot be compared"):
        psnr(Image.new("RGB", (8, 8)), Image.new("RGB", (8, 7)))


@pytest.mark.parametrize(("share", "expected"), [(0.5, 50), (0.95, 95), (0.99, 99), (1, 100), (0, 1)])
def test_a_percentile_is_the_smallest_sample_that_so_many_do_not_exceed(share: float, expected: int) -> None:
    assert percentile(list(range(100, 0, -1)), share) == expected


def test_times_that_are_missing_are_a_failure() -> None:
    found = Found()
    found.add_times("last byte to ready", [], 0.5)
    assert found.figures == {}
    assert found.failures == ["last byte to ready: there is none"]


def test_a_numbered_photo_is_the_same_picture_in_other_bytes(shot: Path) -> None:
    copies = list(islice(corpus.numbered(shot.read_bytes(), after=7), 3))
    assert len({shot.read_bytes(), *copies}) == 4
    assert {len(copy) for copy in copies} == {shot.stat().st_size}
    pixels = [Image.open(BytesIO(copy)).tobytes() for copy in copies]
    assert pixels[0] == pixels[1] == pixels[2]


def test_a_photo_is_made_once_and_has_what_a_phone_writes(shot: Path) -> None:
    made = shot.stat().st_mtime_ns
    assert corpus.path_of(SHOT).stat().st_mtime_ns == made
    with Image.open(shot) as image:
        tags = image.getexif()
        assert tags[0x0112] == SIDEWAYS
        assert tags.get_ifd(0x8825)
        assert image.layer[1][1:3] == (1, 1)  # type: ignore[attr-defined]  # one sample of colour
        assert image.layer[0][1:3] == (2, 2)  # type: ignore[attr-defined]  # for four of light


def test_the_memory_told_is_that_of_this_process() -> None:
    ballast = b"x" * (64 * 1024 * 1024)
    heavy = resident("VmRSS")
    del ballast
    assert resident("VmRSS") < heavy - 60 * 1024
    assert resident("VmHWM") >= heavy - 1024 > 64 * 1024  # the kernel counts in steps


def test_a_contestant_is_asked_and_answers(shot: Path) -> None:
    salon = Salon()
    try:
        salon.start(CORE)
        turn = salon.develop(shot, "jpeg", show=True)
        assert set(turn.pictures) == set(turn.sizes) == set(EDGES)
        assert all(value > 0 for value in [*turn.ms.values(), *turn.cpu.values()])
        base, peak = salon.memory()
        assert 5 < base <= peak
    finally:
        salon.stop()


def test_a_contestant_that_ends_is_broken(tmp_path: Path) -> None:
    salon = Salon()
    try:
        salon.start(CORE)
        with pytest.raises(BrokenError, match="FileNotFoundError"):
            salon.develop(tmp_path / "nowhere.jpg", "jpeg")
    finally:
        salon.stop()


class Refuser(Contestant):
    name = "refuser"

    def command(self) -> list[str]:
        return [sys.executable, "-c", 'input(); print(\'{"cannot": "no decoder"}\', flush=True); input()']


def test_who_cannot_read_a_photo_takes_no_part_and_says_why(shot: Path) -> None:
    results, refuser = Results(), Refuser()
    rounds.measure(results, "shot", SHOT, [refuser, Salon()], CORE, rounds=1, seconds=0)
    assert results.reasons == {("shot", "refuser"): "no decoder"}
    assert refuser.process is None
    assert {who for _, who, _, _ in results.samples} == {"salon"}
    assert len(results.samples["shot", "salon", TIME, ""]) == 1


def webp(image: Image.Image, **options: object) -> bytes:
    buffer = BytesIO()
    image.save(buffer, "WEBP", **options)
    return buffer.getvalue()


def test_only_the_right_picture_upright_and_bare_passes(shot: Path) -> None:
    best = Best(shot)
    small = best.whole.copy()
    small.thumbnail((EDGES["thumb"], EDGES["thumb"]))
    right = dict.fromkeys(EDGES, webp(best.whole)) | {"thumb": webp(small)}
    assert set(quality.check("somebody", right, best)) == set(EDGES)
    lying = small.rotate(180)
    wrong = {
        "it lies upside down": webp(lying),
        "it lies on its side": webp(small.transpose(Image.Transpose.ROTATE_90)),
        "it is too small": webp(small.resize((small.width // 2, small.height // 2))),
        "it has metadata": webp(small, exif=corpus.exif(turned=False)),
        "it is no WebP": picture("PNG", of="coffee.png", size=small.size),
        "it is another picture": webp(Image.open(FOLDER / "astronaut.png").convert("RGB").resize(small.size)),
    }
    for words, thumb in wrong.items():
        with pytest.raises(BrokenError, match="somebody"):
            pytest.fail(f"{words}: {quality.check('somebody', right | {'thumb': thumb}, best)}")
    with pytest.raises(BrokenError):
        quality.check("somebody", {"thumb": right["thumb"]}, best)


def results_of(ours: float, naive: float, sharp: float, chained: float, memory: float, peers: float, pixels: float) -> Results:
    results = Results()
    for who, value in {"salon": ours, "pillow": naive, "sharp": sharp, "sharp-chained": chained}.items():
        for measure in (TIME, CPU):
            results.add("jpeg-12", who, measure, {"all": value}, value)
        results.add("jpeg-12", who, BYTES, {}, 500)
        results.add("jpeg-12", who, ENCODED, {}, 40)
        results.add("jpeg-12", who, PEAK, {}, memory if who == "salon" else peers)
    results.add("jpeg-12", "salon", PIXELS, {"view": pixels, "grid": pixels + 3}, pixels)
    return results


def test_targets_are_met_at_their_bound_and_missed_beyond_it() -> None:
    found = Found(figures={f"a drop: {ANSWER}, p99": (300, "ms")})
    at_bound = table.verdicts(results_of(100, 400, 120, 100, 50, 100, 45), found)
    assert [verdict.value for verdict in at_bound] == [4, 1, 0.5, 45, 300]
    assert all(verdict.met for verdict in at_bound)
    found = Found(figures={f"a drop: {ANSWER}, p99": (301, "ms")})
    beyond = table.verdicts(results_of(101, 400, 100, 120, 51, 100, 44.9), found)
    assert not any(verdict.met for verdict in beyond)
    assert "NOT MET" in table.targets(beyond)


@needs_services
def test_a_quick_run_measures_everything_and_writes_what_it_found(tmp_path: Path) -> None:
    done = subprocess.run([*COMMAND, str(tmp_path)], cwd=REPOSITORY, capture_output=True, text=True, timeout=110)
    assert done.returncode == 0, done.stdout + done.stderr
    rows = json.loads((tmp_path / "photos.json").read_text())
    assert all({"name", "value", "unit", "ours", "peer"} <= set(row) for row in rows)
    times = {row["who"]: row["value"] for row in rows if row.get("measure") == TIME and row["kind"] == "jpeg-small" and not row["part"]}
    assert set(times) == {"salon", "sandboxed", "pillow"}
    assert min(times.values()) > 0
    sent = [row["value"] for row in rows if row["name"].endswith("sent")]
    assert sent == [3, 12]
    assert any(row["name"].endswith(f"{ANSWER}, p99") and "met" in row for row in rows)
