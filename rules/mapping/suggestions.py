"""Which lock probably belongs to an object, judged by its name alone.

A wrong door is worse than none: what tells two doors of a building apart (a number,
a single letter) must agree, a tie suggests nothing, and a person confirms the rest.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Named:
    """A lock, or an object or sub-object, as people call it."""

    id: int
    name: str

    @cached_property
    def words(self):
        return _words(self.name)

    @cached_property
    def designators(self):
        """Numbers and single letters: what sets "Studio 1" and "Storage A" apart."""
        return {
            word: count
            for word, count in self.words.items()
            if word.isdecimal() or len(word) == 1
        }


@dataclass(frozen=True)
class Suggestion:
    """The one lock that fits a name best; ``same_name``: they are called the same."""

    lock_id: int
    same_name: bool


def suggest_lock(wanted: Named, locks: Iterable[Named]) -> Suggestion | None:
    """The lock whose name fits, or None if there is none or several fit equally.

    Names fit when they have the same words, in whatever spelling, or when one has
    all words of the other; then fewer words to spare are better.
    """
    spare_words = {
        lock.id: abs(wanted.words.total() - lock.words.total())
        for lock in locks
        if _fit(wanted, lock)
    }
    if not spare_words:
        return None
    fewest = min(spare_words.values())
    best = [lock_id for lock_id, spare in spare_words.items() if spare == fewest]
    return Suggestion(best[0], same_name=fewest == 0) if len(best) == 1 else None


def _fit(one, other):
    if not one.words or not other.words or one.designators != other.designators:
        return False
    return one.words <= other.words or other.words <= one.words


def _words(name):
    """The words of a name, without case and accents; "Studio01" is studio and 1."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    return Counter(
        (word.lstrip("0") or "0") if word.isdecimal() else word
        for word in re.findall(r"\d+|[^\W\d_]+", plain)
    )
