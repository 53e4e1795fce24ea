import pytest

from rules.mapping.suggestions import Named, Suggestion, suggest_lock

BUILDING = [
    Named(number, name)
    for number, name in enumerate(
        [
            "Studio 1",
            "Studio 10",
            "Studio 11",
            "Storage A",
            "Storage B",
            "Meeting floor",
            "Meeting room Amstel",
            "Meeting room Dommel",
            "Café entrance",
            "Boardroom 2",
            "Reception office",
            "Office",
        ]
    )
]
NAMES = {lock.id: lock.name for lock in BUILDING}


def suggest(name, locks=BUILDING):
    found = suggest_lock(Named(0, name), locks)
    return found and (NAMES[found.lock_id], found.same_name)


@pytest.mark.parametrize(
    ("name", "lock"),
    [
        ("Studio 1", "Studio 1"),
        ("studio 01", "Studio 1"),
        ("STUDIO1", "Studio 1"),
        ("Studio-10", "Studio 10"),
        ("Cafe Entrance", "Café entrance"),
        ("Amstel meeting room", "Meeting room Amstel"),
        ("Office", "Office"),
    ],
)
def test_the_same_name_in_another_spelling(name, lock):
    assert suggest(name) == (lock, True)


@pytest.mark.parametrize(
    ("name", "lock"),
    [
        ("Amstel", "Meeting room Amstel"),
        ("Recording studio 11", "Studio 11"),
        ("Café", "Café entrance"),
        ("Meeting", "Meeting floor"),
    ],
)
def test_a_name_that_has_all_words_of_the_other(name, lock):
    assert suggest(name) == (lock, False)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("Studio 2", "no such number"),
        ("Studio", "a name without a number fits none with one"),
        ("Boardroom", "the only boardroom has a number"),
        ("Storage", "a letter tells doors apart as well"),
        ("Storage C", "no such letter"),
        ("Studio 1, edit suite 2", "the second number fits nothing"),
        ("Meeting room", "two rooms fit equally"),
        ("Garden", "nothing alike"),
        ("Rooms", "parts of words do not count"),
        ("—", "no words at all"),
        ("", "no name"),
    ],
)
def test_no_suggestion(name, why):
    assert suggest(name) is None, why


def test_two_locks_of_the_same_name_suggest_none():
    locks = [Named(1, "Side door"), Named(2, "side door"), Named(3, "Side door north")]
    assert suggest_lock(Named(0, "Side door"), locks) is None
    north = Named(0, "North side door")
    assert suggest_lock(north, locks) == Suggestion(3, same_name=True)
