"""How a room of 20 000 photos feels on a slow phone. What is measured goes to var/bench/client.json; what is no time is asserted."""

import gzip
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from playwright.sync_api import Page

from rooms.models import Membership, Photo
from tests.browser import large
from tests.browser.conftest import PHONE, OpenPage
from tests.people import Cast
from tests.server import REPOSITORY

PHOTOS = 20_000
SLOW_DOWN = 4
SCREENS = 200
FRAMES_A_SCREEN = 12
ARRIVALS = 100
MOST_NODES = 1500
ROOM_KILOBYTES, OTHER_KILOBYTES = 90, 10
DIST = REPOSITORY / "platform" / "web" / "dist"
REPORT = REPOSITORY / "var" / "bench" / "client.json"

WATCH_LOADING = """
    const painted = new MutationObserver(() => {
      if (!document.querySelector("[data-photo]")) return;
      if (!window.mountedAt) {
        window.mountedAt = performance.now();
        requestIdleCallback(() => { window.interactiveAt = performance.now() });
      }
      if (!document.querySelector("[data-photo][data-sharp]")) return;
      painted.disconnect();
      requestAnimationFrame(() => setTimeout(() => { window.paintedAt = performance.now() }));
    });
    painted.observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-sharp"] });
"""
SCROLL = """([screens, framesAScreen]) => new Promise((done) => {
    const frames = [];
    let [last, nodes, left] = [0, 0, screens * framesAScreen];
    const step = (now) => {
      if (last) frames.push(now - last);
      last = now;
      nodes = Math.max(nodes, document.getElementsByTagName("*").length);
      scrollBy(0, innerHeight / framesAScreen);
      if (left--) requestAnimationFrame(step);
      else done({ frames, nodes, screens: scrollY / innerHeight });
    };
    requestAnimationFrame(step);
})"""
WATCH_FRAMES = """() => {
    window.frames_ = [];
    let last = 0;
    const step = (now) => { if (last) window.frames_.push(now - last); last = now; requestAnimationFrame(step) };
    requestAnimationFrame(step);
}"""


@pytest.fixture
def cleo(cast: Cast) -> Membership:
    return cast.membership(cast.cleo)


@pytest.fixture
def pictures(cast: Cast) -> list[Photo]:
    return large.models(cast, cast.cleo)


def slow(page: Page) -> Page:
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOW_DOWN})
    return page


@pytest.mark.timeout(600)
def test_a_room_of_twenty_thousand_photos_on_a_slow_phone(cast: Cast, cleo: Membership, pictures: list[Photo], open_page: OpenPage) -> None:
    large.fill(cleo, pictures, PHOTOS, datetime.now(UTC) - timedelta(minutes=5), timedelta(hours=2))
    page = slow(open_page(PHONE))
    page.set_default_timeout(120_000)
    page.context.add_cookies([{"name": "salon_session", "value": cast.vic.session, "url": cast.vic.server.url}])
    page.add_init_script(WATCH_LOADING)
    figures: dict[str, Any] = {"photos": PHOTOS, "slow_down": SLOW_DOWN, "loading": [], "scrolling": {}, "burst": {}}
    for _ in range(3):  # the first has an empty cache
        page.goto(f"{cast.vic.server.url}/rooms/{cast.slug}")
        page.wait_for_function("() => window.paintedAt && window.interactiveAt")
        figures["loading"].append(page.evaluate("() => ({ painted: paintedAt, interactive: interactiveAt })"))

    page.wait_for_function("() => document.documentElement.scrollHeight > innerHeight * 250")
    scrolled = page.evaluate(SCROLL, [SCREENS, FRAMES_A_SCREEN])
    figures["scrolling"] = {"screens": round(scrolled["screens"]), "nodes": scrolled["nodes"], **summary(scrolled["frames"])}
    assert scrolled["screens"] >= SCREENS - 1
    assert scrolled["nodes"] < MOST_NODES

    page.evaluate("scrollTo(0, 0)")
    count = page.locator("[data-photo]").first.get_attribute("aria-setsize")
    page.evaluate(WATCH_FRAMES)
    with ThreadPoolExecutor(1) as thread:
        thread.submit(arrive, cleo, pictures).result()
    page.wait_for_function("(size) => document.querySelector('[data-photo]').ariaSetSize === size", arg=str(int(count or 0) + ARRIVALS))
    figures["burst"] = {"arrivals": ARRIVALS, **summary(page.evaluate("frames_"))}

    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(json.dumps(figures, indent=2) + "\n")
    print(f"\n{json.dumps(figures, indent=2)}")


def arrive(member: Membership, pictures: list[Photo]) -> None:
    """In a thread of its own: the browser's has a loop, where nothing can be told to others."""
    try:
        for _ in large.arrive(member, pictures, ARRIVALS):
            pass
    finally:
        connections.close_all()


def summary(frames: list[float]) -> dict[str, float]:
    slow = [frame for frame in frames if frame > 1000 / 50 + 1]  # a timer's grain
    return {"frames": len(frames), "below_50_fps": round(len(slow) / len(frames), 4), "longest_ms": round(max(frames), 1)}


def test_pages_begin_with_little_script() -> None:
    manifest = json.loads((DIST / ".vite" / "manifest.json").read_text())
    sizes = {entry: kilobytes(scripts_of(manifest, entry)) for entry in ("src/room/main.ts", "src/pages/main.ts")}
    print(f"\n{sizes}")
    assert sizes["src/room/main.ts"] <= ROOM_KILOBYTES
    assert sizes["src/pages/main.ts"] <= OTHER_KILOBYTES


def scripts_of(manifest: dict[str, Any], entry: str, seen: set[str] | None = None) -> Iterator[Path]:
    """The script of an entry and all that it imports before it runs."""
    seen = set() if seen is None else seen
    if entry in seen:
        return
    seen.add(entry)
    yield DIST / manifest[entry]["file"]
    for imported in manifest[entry].get("imports", []):
        yield from scripts_of(manifest, imported, seen)


def kilobytes(scripts: Iterator[Path]) -> float:
    return round(sum(len(gzip.compress(script.read_bytes())) for script in scripts) / 1000, 1)
