"""A sample of a file's rows, and what nearly all of them say."""

import json

from tuneport.data.quality.boilerplate import sample_rows


def test_a_row_of_more_values_than_are_read_is_not_in_the_sample(tmp_path, monkeypatch):
    monkeypatch.setattr("tuneport.data.json_value.MAX_VALUES", 20)
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps({"values": [0] * n_values}) + "\n" for n_values in (5, 100, 6)))

    assert [len(row.value["values"]) for row in sample_rows(path, 100)] == [5, 6]


def test_rows_that_are_made_alike_are_said_to_be(findings, chat, sentence, other_rows):
    form = " ".join(sentence(str(number)) for number in range(12))

    found = findings([chat(f"{form} Row {number}?", "Yes.") for number in range(40)])

    assert (found["alike_rows"].count, found["alike_rows"].lines[:2]) == (40, (1, 2))
    assert "alike_rows" not in findings([chat(f"Say: {sentence(str(number))}", "Yes.") for number in range(40)])
    assert "alike_rows" not in findings(other_rows)
