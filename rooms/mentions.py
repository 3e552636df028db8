"""Who is spoken to in a comment: `@[<user id>]`, so that a name that changes is still the right one."""

import re
import uuid

HEX = "[0-9a-f]"
MENTION = re.compile(rf"@\[({HEX}{{8}}(?:-{HEX}{{4}}){{3}}-{HEX}{{12}})\]", re.IGNORECASE)


def mentioned(text: str) -> list[uuid.UUID]:
    """Each once, in the order in which they are first named. Whether they are members is for `access` to say."""
    return list(dict.fromkeys(uuid.UUID(found) for found in MENTION.findall(text)))
