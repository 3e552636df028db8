"""The pictures that a web server in front of Salon may serve by itself; to whom, it asks `serving/gate.py`.

They have a second name, in the folder `shown`, and lose it when the photo is removed. It is a cache: a picture is put there when
Salon was asked for it, and one that is not there is asked for. So nothing has to be repaired after a restore, an undo or a move.
"""

from rooms import files
from rooms.ingest.derive import EDGES
from rooms.models import Photo


def show(photo: Photo, variant: str) -> None:
    """Let the web server have this picture from now on.

    The row is read again after the name was given. Whoever removes the photo commits first and takes the names away second, so of a
    removal at the same moment one of the two sees the other's doing.
    """
    if files.link(files.name_of(photo, variant), name(photo, variant)) and not Photo.objects.shown().filter(pk=photo.pk).exists():
        hide(photo)


def hide(photo: Photo) -> None:
    for variant in EDGES:
        files.drop(name(photo, variant))


def name(photo: Photo, variant: str) -> str:
    return files.shown(photo.room_id, photo.id, variant)
