"""What a reaction may be: one emoji, in the form that Unicode calls fully qualified, so that there are no two of one."""

from emoji import EMOJI_DATA, STATUS

from salon.errors import InvalidError

VARIATION = "\N{VARIATION SELECTOR-16}"  # which keyboards leave out or put in as they like
EMOJI = {emoji.replace(VARIATION, ""): emoji for emoji, facts in EMOJI_DATA.items() if facts["status"] == STATUS["fully_qualified"]}


def single_emoji(text: str) -> str:
    """Raises InvalidError for anything else, several of them included."""
    found = EMOJI.get(text.replace(VARIATION, ""))
    if found is None:
        raise InvalidError("A reaction is one emoji.", field="emoji")
    return found
