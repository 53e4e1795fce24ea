import pytest

from rules.mapping.doors import Match, Resource, Row, find_lock_ids, find_matches

TOUR, MEETING = 1, 2
STUDIO, BOARDROOM, HOST = 11, 12, 13
GATE, STUDIO_DOOR, FLOOR, BOARD_DOOR = 101, 102, 103, 104

WILDCARD = Row(1, None, None, (GATE,))
MEETING_ROW = Row(2, MEETING, None, (FLOOR,))
STUDIO_ROW = Row(3, None, STUDIO, (STUDIO_DOOR,))
STUDIO_IN_MEETING = Row(4, MEETING, STUDIO, (FLOOR, STUDIO_DOOR))
ALL = (WILDCARD, MEETING_ROW, STUDIO_ROW, STUDIO_IN_MEETING)

room = Resource
staff = Resource(HOST, is_person=True)


@pytest.mark.parametrize(
    ("what", "rows", "type_id", "resources", "locks"),
    [
        ("nothing mapped", (), TOUR, [room(STUDIO)], []),
        (
            "sub-object of the object",
            ALL,
            MEETING,
            [room(STUDIO)],
            [FLOOR, STUDIO_DOOR],
        ),
        ("sub-object", ALL, TOUR, [room(STUDIO)], [STUDIO_DOOR]),
        ("object", ALL, MEETING, [room(BOARDROOM)], [FLOOR]),
        ("wildcard", ALL, TOUR, [room(BOARDROOM)], [GATE]),
        ("no sub-object booked: object", ALL, MEETING, [], [FLOOR]),
        ("no sub-object booked: wildcard", ALL, TOUR, [], [GATE]),
        (
            "several sub-objects are joined",
            ALL,
            TOUR,
            [room(STUDIO), room(BOARDROOM)],
            [STUDIO_DOOR, GATE],
        ),
        ("staff adds no fallback", ALL, TOUR, [room(STUDIO), staff], [STUDIO_DOOR]),
        ("staff alone falls back", ALL, TOUR, [staff], [GATE]),
        (
            "staff with a row of its own adds it",
            (*ALL, Row(5, None, HOST, (BOARD_DOOR,))),
            TOUR,
            [room(STUDIO), staff],
            [STUDIO_DOOR, BOARD_DOOR],
        ),
        ("another object's row", (MEETING_ROW,), TOUR, [room(STUDIO)], []),
        ("another sub-object's row", (STUDIO_ROW,), TOUR, [room(BOARDROOM)], []),
    ],
)
def test_most_specific_row_wins(what, rows, type_id, resources, locks):
    assert find_lock_ids(rows, type_id, resources) == locks, what


def test_each_lock_once_where_a_row_named_it_first():
    rows = [Row(1, None, STUDIO, (GATE,)), Row(2, None, BOARDROOM, (GATE, FLOOR))]
    found = find_lock_ids(rows, TOUR, [room(STUDIO), room(BOARDROOM)])
    assert found == [GATE, FLOOR]


def test_matches_name_the_sub_object_that_each_row_is_for():
    matches = find_matches(ALL, TOUR, [room(STUDIO), room(BOARDROOM)])
    assert matches == [
        Match(STUDIO_ROW, room(STUDIO)),
        Match(WILDCARD, room(BOARDROOM)),
    ]
    assert find_matches(ALL, MEETING, []) == [Match(MEETING_ROW, None)]
