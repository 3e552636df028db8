"""Finding photos by what people type. In Python, because SQLite and PostgreSQL do not agree on what an upper-case é is."""

import re
import unicodedata
from datetime import date
from functools import lru_cache

BETWEEN = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")
MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")
SHORTEST_MONTH = 3  # letters


class Search:
    """Every word of `text` must be found, in what was said of a photo or in its date."""

    def __init__(self, text: str) -> None:
        self.words = [word for word in dict.fromkeys(BETWEEN.split(folded(text))) if word]

    def finds(self, said: str, day: date) -> bool:
        """`said` is folded."""
        return all(word in said or is_on(word, day) for word in self.words)


def folded(text: str) -> str:
    """Without case and accents, so that "ETE" finds "été"."""
    if text.isascii():
        return text.lower()
    letters = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).casefold()


@lru_cache(maxsize=20_000)
def is_on(word: str, day: date) -> bool:
    """Whether a word ("2024", "2024-08", "august", "aug", "14") tells of this day."""
    if word.isascii() and word.isdigit() and len(word) <= 2:
        return int(word) == day.day
    if word[0].isdigit():
        return len(word) >= 4 and day.isoformat().startswith(word)
    return len(word) >= SHORTEST_MONTH and MONTHS[day.month - 1].startswith(word)
