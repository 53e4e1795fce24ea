import pytest

from rules.site.ids import normalized_id

IQ_ID = "7f11a2e1-ae06-58bd-aec5-541d0759633f"


@pytest.mark.parametrize(
    "typed",
    [
        IQ_ID,
        f"  {IQ_ID.upper()}\n",
        IQ_ID.replace("-", " - "),
        IQ_ID.replace("-", ""),
        f"{{{IQ_ID}}}",
    ],
)
def test_id_forgives_spaces_case_and_dashes(typed):
    assert normalized_id(typed) == IQ_ID


@pytest.mark.parametrize("typed", ["", "IQ 01", "NL6254340082", IQ_ID[:-1], "g" * 32])
def test_what_is_no_uuid_is_no_id(typed):
    with pytest.raises(ValueError):
        normalized_id(typed)
