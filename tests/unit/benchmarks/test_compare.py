import json

import pytest

from benchmarks.against_trl.compare import draw_rows
from benchmarks.against_trl.setting import WorkFolder
from tuneport.core import InvalidRequest


@pytest.fixture
def file(tmp_path):
    """Ten rows whose text has a line end of its own, unescaped."""
    rows = [json.dumps({"text": f"{number}\u2028"}, ensure_ascii=False) for number in range(10)]
    path = tmp_path / "rows.jsonl"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_rows_are_drawn_whole_and_for_full_steps_only(file, tmp_path):
    work = WorkFolder(tmp_path)

    n_drawn = draw_rows(file, work, 7, 3)

    drawn = [json.loads(line)["text"] for line in work.rows_file.read_bytes().split(b"\n") if line]
    assert n_drawn == len(drawn) == 6


def test_rows_that_make_no_full_step_are_refused(file, tmp_path):
    with pytest.raises(InvalidRequest, match="10 rows are no full step of 16"):
        draw_rows(file, WorkFolder(tmp_path), 256, 16)
