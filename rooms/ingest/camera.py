"""What a photo was taken with, in the words in which photographers say it."""

from PIL import ExifTags, Image

from rooms.ingest import exif

SHORT = 0.3  # seconds; shorter times are said as fractions


def camera(tags: Image.Exif) -> dict[str, str | int]:
    """Make, model, lens, exposure ("1/250 s"), aperture ("f/1.8"), iso (a number) and focal_length ("26 mm", on 35 mm film if the
    camera says so). What the file does not say, or says in a way nobody can mean, is absent."""
    details = exif.directory(tags, ExifTags.IFD.Exif)
    found: dict[str, str | int] = {
        "make": exif.text(tags.get(ExifTags.Base.Make)),
        "model": exif.text(tags.get(ExifTags.Base.Model)),
        "lens": exif.text(details.get(ExifTags.Base.LensModel)),
        "exposure": exposure(exif.number(details.get(ExifTags.Base.ExposureTime), 1e-6, 86_400)),
        "aperture": aperture(exif.number(details.get(ExifTags.Base.FNumber), 0.1, 1_000)),
        "iso": round(exif.number(details.get(ExifTags.Base.ISOSpeedRatings), 1, 10_000_000) or 0),
        "focal_length": focal_length(details),
    }
    return {name: value for name, value in found.items() if value}


def exposure(seconds: float | None) -> str:
    if seconds is None:
        return ""
    return f"{round(seconds, 1):g} s" if seconds >= SHORT else f"1/{round(1 / seconds)} s"


def aperture(f_number: float | None) -> str:
    return "" if f_number is None else f"f/{round(f_number, 1):g}"


def focal_length(details: exif.Tags) -> str:
    on_film = exif.number(details.get(ExifTags.Base.FocalLengthIn35mmFilm), 1, 50_000)
    real = exif.number(details.get(ExifTags.Base.FocalLength), 0.1, 50_000)
    length = on_film or real
    return "" if length is None else f"{round(length, 1 if length < 10 else None)} mm"
