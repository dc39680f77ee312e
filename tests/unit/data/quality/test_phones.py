"""Phone numbers are searched for as long as trying them takes no more than its share."""

import pytest

from tuneport.data.quality.phones import MAX_TRIED_OF_TEXT, PhoneSearch

PHONE = "+44 20 7946 0018"
NO_PHONE = "+0 0000000 "


@pytest.mark.parametrize("text", ["+1" * 1000, "+1 " * 1000, "1+1=2, 1+2=3, 1+3=4", "+1-+1-+1-+1-+1-+1-+1-+1"])
def test_numbers_that_are_added_up_are_no_starts_of_phone_numbers(text):
    assert PhoneSearch(max_tried=0).find(text) is None


@pytest.mark.parametrize("text", [PHONE, "+290 22158", "\uff0b44 20 7946 0018", "+(44) 20-7946-0018", "x" * 99 + PHONE])
def test_a_number_with_the_code_of_a_country_is_found(text):
    assert PhoneSearch().find(text) == "phone"


def test_of_a_text_only_so_many_starts_are_tried_and_the_rest_is_reported():
    assert PhoneSearch().find(NO_PHONE * MAX_TRIED_OF_TEXT) is None
    assert PhoneSearch().find(NO_PHONE * (MAX_TRIED_OF_TEXT + 1)) == "many_in_text"
    assert PhoneSearch(max_tried=MAX_TRIED_OF_TEXT).find(NO_PHONE * 100_000) == "many_in_text"


def test_of_a_file_only_so_many_starts_are_tried_and_the_rest_is_reported():
    search = PhoneSearch(max_tried=2)

    found = [search.find(text) for text in (NO_PHONE, f"{NO_PHONE}{PHONE}", PHONE, "no number")]

    assert found == [None, "phone", "many_in_file", None]


def test_rows_whose_numbers_were_not_all_tried_are_reported(findings, chat, other_rows):
    found = findings([*other_rows, chat("What is in the old list of zeros?", f"{NO_PHONE * 21}.")])

    finding = found["unsearched_phones"]
    assert (finding.severity, finding.lines, finding.counts_by_kind) == ("info", (31,), {"many_in_text": 1})
    assert "personal_data" not in found
