"""What a room keeps and hands out: originals by its policy, archives, removed photos."""

import re
import zipfile
from io import BytesIO

from PIL import ExifTags, Image
from playwright.sync_api import Locator, expect

from rooms.models import Photo
from tests.browser.conftest import PHONE, SCHEMES, Visit, screenshot
from tests.browser.library import added, choose, downloaded, look_at
from tests.browser.test_accessibility import assert_accessible
from tests.people import Cast
from tests.pictures import photograph, picture
from tests.services import wait_until


def says_place(content: bytes) -> bool:
    with Image.open(BytesIO(content)) as image:
        return bool(image.getexif().get_ifd(ExifTags.IFD.GPSInfo))


def says_camera(content: bytes) -> bool:
    with Image.open(BytesIO(content)) as image:
        return ExifTags.Base.Model in image.getexif()


def test_each_gets_the_original_that_the_room_has_for_them(cast: Cast, visit: Visit) -> None:
    photo = added(cast, cast.cleo, picture("JPEG", gps=True, taken="2026:07:03 14:05:00"))
    hers, his = visit(cast.cleo), visit(cast.vic)
    for page in (hers, his):
        look_at(page, photo)
    mine = downloaded(hers, hers.get_by_role("link", name="Download"))
    others = downloaded(his, his.get_by_role("link", name="Download"))
    assert says_place(mine)
    assert says_camera(mine)
    assert not says_place(others)
    assert says_camera(others)


def test_another_policy_is_seen_by_the_others_at_once(cast: Cast, visit: Visit) -> None:
    photo = added(cast, cast.cleo, picture("JPEG", gps=True))
    olive, vic = visit(cast.olive), visit(cast.vic, PHONE)
    look_at(vic, photo)
    vic.get_by_role("button", name="Details", exact=True).click()
    details = vic.get_by_role("region", name="Details")
    expect(details).to_contain_text("You get this photo without where it was taken.")
    expect(details).to_contain_text("Test camera")

    settings = choose(olive, "Room settings")
    expect(settings.get_by_role("radio", name="Without where it was taken")).to_be_checked()
    assert_accessible(olive)
    screenshot(olive, "settings-desktop")
    settings.get_by_role("radio", name="Only the picture").check()
    settings.get_by_role("button", name="Save").click()
    expect(settings).to_be_hidden()
    expect(details).to_contain_text("You get this photo as the picture only")
    expect(details).not_to_contain_text("Test camera")
    assert not says_camera(downloaded(vic, details.get_by_role("link", name="Download")))

    settings = choose(olive, "Room settings")
    settings.get_by_role("radio", name="As it came").check()
    settings.get_by_role("button", name="Save").click()
    place = details.get_by_role("link", name="Show on OpenStreetMap")
    expect(place).to_have_attribute("href", re.compile(r"^https://www\.openstreetmap\.org/\?mlat=47\.3666\d\d&mlon=8\.5333\d\d"))
    expect(place).to_have_attribute("rel", re.compile("noopener"))
    assert says_place(downloaded(vic, details.get_by_role("link", name="Download")))


def test_only_who_manages_the_room_is_offered_its_settings(cast: Cast, visit: Visit) -> None:
    for person, offered in ((cast.olive, 1), (cast.mo, 0), (cast.vic, 0)):
        page = visit(person)
        page.get_by_role("button", name="More about this room").click()
        expect(page.get_by_role("menuitem", name="Leave room")).to_be_visible()
        expect(page.get_by_role("menuitem", name="Room settings")).to_have_count(offered)


def test_a_file_that_cannot_be_rewritten_is_handed_out_as_the_picture(cast: Cast, visit: Visit) -> None:
    photo = added(cast, cast.cleo, picture("JPEG", gps=True))
    Photo.objects.get(pk=photo["id"]).editions.exclude(policy="as_is").delete()  # as for a format that nobody can rewrite
    page = visit(cast.vic)
    look_at(page, photo)
    content = downloaded(page, page.get_by_role("link", name="Download"))
    with Image.open(BytesIO(content)) as image:
        assert image.format == "WEBP"
    expect(page.get_by_text("you get the picture as shown here")).to_be_visible()


def test_all_photos_are_downloaded_as_one_zip_with_their_captions(cast: Cast, visit: Visit) -> None:
    added(cast, cast.cleo, picture("JPEG", gps=True), caption="At the lake")
    added(cast, cast.mo, photograph("chelsea.png"), caption="A cat")
    added(cast, cast.mo, photograph("rocket.jpg"))
    page = visit(cast.cleo)
    dialog = choose(page, "Download photos")
    expect(dialog.get_by_text(re.compile(r"^3 photos, [\d.]+ [kM]B$"))).to_be_visible()
    assert_accessible(page)
    screenshot(page, "download-desktop")
    with zipfile.ZipFile(BytesIO(downloaded(page, dialog.get_by_role("link", name="Download")))) as archive:
        assert archive.testzip() is None
        pictures = [name for name in archive.namelist() if not name.endswith(".csv")]
        assert len(pictures) == 3
        table = archive.read("captions.csv").decode("utf-8-sig")
    assert "At the lake" in table
    assert "A cat" in table
    expect(dialog.get_by_text("Your browser is downloading it")).to_be_visible()

    dialog.get_by_role("radio", name="Only mine").check()
    expect(dialog.get_by_text(re.compile("^1 photo, "))).to_be_visible()
    with zipfile.ZipFile(BytesIO(downloaded(page, dialog.get_by_role("link", name="Download")))) as archive:
        [name] = [name for name in archive.namelist() if not name.endswith(".csv")]
        assert says_place(archive.read(name))  # her own, so it is as it came


def test_who_has_added_nothing_is_told_so_instead_of_an_empty_archive(cast: Cast, visit: Visit) -> None:
    added(cast, cast.cleo, photograph("rocket.jpg"))
    dialog = choose(visit(cast.vic, PHONE), "Download photos")
    dialog.get_by_role("radio", name="Only mine").check()
    expect(dialog.get_by_text("You have not added any photos here")).to_be_visible()
    expect(dialog.get_by_role("button", name="Download")).to_be_disabled()


def test_a_removed_photo_is_brought_back_and_is_on_the_other_screen(cast: Cast, visit: Visit) -> None:
    photos = [added(cast, cast.cleo, photograph(name)) for name in ("rocket.jpg", "chelsea.png", "coffee.png")]
    olive, mo = visit(cast.olive), visit(cast.mo, PHONE)
    dialog = choose(olive, "Removed photos")
    expect(dialog.get_by_text("Nothing has been removed")).to_be_visible()
    screenshot(olive, "removed-none-desktop")
    for photo in photos:
        assert cast.mo.api.delete(f"{cast.path}/photos/{photo['id']}").status_code == 204
    tiles = dialog.get_by_role("listitem")
    expect(tiles).to_have_count(3)  # while it was open
    expect(tiles.first).to_contain_text("Removed by Mo")
    expect(tiles.first).to_contain_text(re.compile(r"\d+ days left"))
    expect(mo.locator("[data-photo]")).to_have_count(0)
    wait_until("the pictures are shown", lambda: all_pictures_are_there(dialog))
    assert_accessible(olive)
    screenshot(olive, "removed-desktop")

    theirs = choose(mo, "Removed photos")
    expect(theirs.get_by_role("listitem")).to_have_count(3)
    screenshot(mo, "removed-phone")
    tiles.first.get_by_role("button", name="Bring back").click()
    expect(tiles).to_have_count(2)
    expect(theirs.get_by_role("listitem")).to_have_count(2)
    mo.keyboard.press("Escape")
    expect(mo.locator("[data-photo][data-sharp]")).to_have_count(1)
    assert olive.evaluate("document.querySelector('dialog').contains(document.activeElement)")


def all_pictures_are_there(dialog: Locator) -> bool:
    return bool(dialog.evaluate("(dialog) => [...dialog.querySelectorAll('li img')].every((image) => image.naturalWidth > 0)"))


def test_a_removed_photo_is_deleted_for_good_unless_it_is_kept_in_time(cast: Cast, visit: Visit) -> None:
    photo, kept = added(cast, cast.cleo, photograph("rocket.jpg")), added(cast, cast.cleo, photograph("chelsea.png"))
    for one in (photo, kept):
        assert cast.cleo.api.delete(f"{cast.path}/photos/{one['id']}").status_code == 204
    page = visit(cast.cleo, PHONE)
    tiles = choose(page, "Removed photos").get_by_role("listitem")
    tiles.nth(0).get_by_role("button", name="Delete for good").click()
    expect(tiles.nth(0)).to_contain_text("Deleted for good in")
    expect(tiles.nth(0).get_by_role("button", name="Keep")).to_be_focused()
    assert_accessible(page)
    screenshot(page, "removed-deleting-phone")
    tiles.nth(0).get_by_role("button", name="Keep").click()
    expect(tiles.nth(0).get_by_role("button", name="Bring back")).to_be_visible()
    tiles.nth(1).get_by_role("button", name="Delete for good").click()
    page.keyboard.press("Escape")  # whoever walks away has still asked for it
    wait_until("the photo is gone", lambda: not Photo.objects.filter(pk=photo["id"]).exists())
    assert Photo.objects.filter(pk=kept["id"]).exists()
    expect(choose(page, "Removed photos").get_by_role("listitem")).to_have_count(1)


def test_a_contributor_is_offered_only_what_they_removed_themselves(cast: Cast, visit: Visit) -> None:
    mine, taken = added(cast, cast.cleo, photograph("rocket.jpg")), added(cast, cast.cleo, photograph("chelsea.png"))
    assert cast.cleo.api.delete(f"{cast.path}/photos/{mine['id']}").status_code == 204
    assert cast.mo.api.delete(f"{cast.path}/photos/{taken['id']}").status_code == 204
    tiles = choose(visit(cast.cleo), "Removed photos").get_by_role("listitem")
    expect(tiles).to_have_count(1)
    expect(tiles).to_contain_text("Removed by you")


def test_the_dialogs_fit_a_phone_in_both_themes(cast: Cast, visit: Visit) -> None:
    added(cast, cast.olive, picture("JPEG", gps=True), caption="At the lake")
    page = visit(cast.olive, PHONE)
    for item, name in (("Room settings", "settings"), ("Download photos", "download")):
        dialog = choose(page, item)
        expect(dialog.get_by_text("Counting…")).to_have_count(0)
        screenshot(page, f"{name}-phone")
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            assert page.evaluate("document.querySelector('dialog').scrollWidth <= innerWidth")
        page.keyboard.press("Escape")
