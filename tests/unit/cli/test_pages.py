"""The pages of a report: whole, escaped, and readable without anything from elsewhere."""

from html.parser import HTMLParser
from pathlib import Path

import pytest

from shown_rows import loss_row, row_loss, token
from tuneport.cli.pages import write_report_page, write_row_loss_page
from tuneport.cli.pages.chart import BAR_WIDTH, GAP, lay_out_chart
from tuneport.cli.pages.sections import Bin
from tuneport.cli.whole_report import WholeReport

EVIL = "</span><script>alert('x')</script>\" onmouseover=\"y()"
SPREAD = {"total": 4306, "min": 0, "p5": 1, "p50": 2, "mean": 2.5, "p95": 9, "max": 1200, "histogram": []}
STATISTICS = {
    "n_rows": 5,
    "cut": {"n_rows": 2, "lines": [3, 4]},
    "without_loss": {"n_rows": 0, "lines": []},
    "tokens": SPREAD | {"histogram": [{"first": 0, "last": 0, "n_rows": 1}, {"first": 1, "last": 1200, "n_rows": 4}]},
    "classes": {"positive": 3, EVIL: 1},
    "cookbook": None,
}
ESTIMATE = {"here": {"seconds": 200, "memory_bytes": 2_300_000_000}, "prices": [{"model": "gpt", "usd": 1.5}]}
PIXELS_OF_A_DIGIT = 6.2
"""In the pages' letters of a chart."""
GROUP = {"lines": [2, 5], "n_rows": 2, "similarity": 0.91, "validation_lines": []}
FINDING = {
    "severity": "warning",
    "meaning": "Rows are nearly the same.",
    "code": "near_duplicate_rows",
    "count": 1,
    "share": 0.2,
    "lines": [5],
    "counts_by_kind": {},
    "places": [],
    "groups": [GROUP],
}
PROBLEM = {
    "code": "unknown_role",
    "line": 4,
    "found": f"message 3 has role '{EVIL}'",
    "allowed": "Use one of 'system', 'user'.",
    "hint": "",
}
CHECK = {
    "n_rows": 5,
    "n_compared_rows": 5,
    "n_bytes": 1200,
    "format": "chat",
    "errors": [PROBLEM],
    "n_errors": 3,
    "warnings": [],
    "n_warnings": 0,
}


class Page(HTMLParser):
    """What a page is made of."""

    def __init__(self, path):
        super().__init__()
        self.tags, self.tokens, self.tips, self.texts, self.addresses = [], [], [], [], []
        self.scopes = []
        self._inside_token = False
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.tags.append(tag)
        self.addresses += [value for name, value in attrs if name in ("src", "href", "action", "data")]
        self.scopes += [given.get("scope")] if tag == "th" else []
        assert not [name for name in given if name.startswith("on")]
        if tag == "span" and "title" in given:
            self._inside_token = True
            self.tokens.append("")
            self.tips.append(given["title"])

    def handle_endtag(self, tag):
        self._inside_token = False

    def handle_data(self, data):
        self.texts.append(data)
        if self._inside_token:
            self.tokens[-1] += data

    @property
    def text(self):
        return " ".join(" ".join(self.texts).split())


@pytest.fixture
def write(tmp_path):
    def write_page(found):
        write_row_loss_page(tmp_path / "page.html", "train.jsonl", found)
        return Page(tmp_path / "page.html")

    return write_page


@pytest.fixture
def write_report(tmp_path):
    def write_page(**changes):
        parts = {"statistics": STATISTICS, "estimate": ESTIMATE, "quality": {"n_rows": 5, "findings": [FINDING]}}
        report = {
            "file": Path("train.jsonl"),
            "check": CHECK,
            "validation": None,
            "validation_check": None,
            "parts": parts,
            "rows": [row_loss(token("Hi"), token("Ho", 1.0))],
            "left_out": {},
        }
        write_report_page(tmp_path / "report.html", WholeReport(**report | changes))
        return Page(tmp_path / "report.html")

    return write_page


def test_every_token_stands_on_the_page_in_order_with_id_and_weight(write):
    tokens = [
        token("<|im_start|>", id=1, is_special=True),
        token("user\n", id=20),
        token(" a & b <i>\n\n", 1.0, id=21),
        token("", 0.5, id=22, bytes=[0xC3]),
        token("é", 0.5, id=23, bytes=[0xA9]),
        token("<|im_end|>", 1.0, id=2, is_special=True),
    ]

    page = write(row_loss(*tokens))

    assert page.tokens == [each["text"] for each in tokens]
    assert page.tips == [
        "token 1, no loss, special",
        "token 20, no loss",
        "token 21, weight 1",
        "token 22, weight 0.5, bytes c3",
        "token 23, weight 0.5, bytes a9",
        "token 2, weight 1, special",
    ]


def test_what_is_cut_stands_behind_the_cut(write):
    row = loss_row(token("Hi", 1.0), token("lost", is_cut=True), n_more_cut=3)

    page = write(row_loss(rows=[row], is_trained=True))

    assert page.tokens == ["Hi", "lost"]
    assert "Cut here, after 1 tokens: training does not see the rest." in page.text
    assert "… and 3 tokens more" in page.text


def test_markup_in_a_row_is_text(write):
    page = write(row_loss(token(EVIL, 1.0), token("\x00\x1b", 1.0)))

    assert page.tokens == [EVIL, "␀␛"]
    assert "script" not in page.tags


def test_the_report_has_all_parts(write_report):
    page = write_report()

    assert "5 rows, 1.2 kB, format chat" in page.text
    assert "message 3 has role" in page.text
    assert "and 2 more" in page.text
    assert "rows cut at their end 2: lines 3, 4" in page.text
    assert "rows without a trained token none" in page.text
    assert "positive 3 75 %" in page.text
    assert "time here 3 min memory of this machine 2.3 GB" in page.text
    assert "gpt $1.50" in page.text
    assert "warning near_duplicate_rows 1 20 % line 5 Rows are nearly the same." in page.text
    assert "near_duplicate_rows 2 0.91 lines 2, 5" in page.text
    assert page.tokens == ["Hi", "Ho"]


def test_a_histogram_is_a_picture_in_the_page(write_report):
    page = write_report()

    assert page.tags.count("svg") == 1
    assert page.tags.count("rect") == 2
    assert "1 to 1,200" in page.text


def test_labels_of_large_bins_stand_side_by_side_and_the_table_has_both_ends():
    chart = lay_out_chart("tokens", [Bin(123_456, 234_567, 3), Bin(1_234_567, 2_345_678, 1)])

    assert all(len(bar.label) * PIXELS_OF_A_DIGIT <= BAR_WIDTH + GAP for bar in chart.bars)
    assert [bar.values for bar in chart.bars] == ["123,456 to 234,567", "1,234,567 to 2,345,678"]


def test_every_number_can_be_heard_and_reached_without_a_mouse(write_report):
    page = write_report()

    assert "tokens rows 0 1 1 to 1,200 4" in page.text
    assert "Hi token" in page.text
    assert "weight 1" in page.text
    assert "Hover a token" in page.text
    assert set(page.scopes) == {"row", "col"}


@pytest.mark.parametrize("name", ["statistics", "quality"])
def test_markup_in_the_file_is_text_in_the_report_and_nothing_is_loaded(write_report, name):
    page = write_report(file=Path(f"{EVIL.replace('/', '')}.jsonl"), left_out={name: EVIL})

    assert "script" not in page.tags
    assert page.addresses == []
    assert not {"link", "img", "iframe", "object"} & set(page.tags)


def test_what_the_server_did_not_give_is_named_and_not_shown(write_report):
    page = write_report(parts={}, rows=[], left_out={"statistics": "The model is not pulled."})

    assert "statistics: The model is not pulled." in page.text
    assert "Quality" not in page.text
    assert page.tokens == []


def test_the_validation_file_has_its_own_problems(write_report):
    check = CHECK | {"errors": [], "n_errors": 0, "n_rows": 7}

    page = write_report(validation=Path("validation.jsonl"), validation_check=check)

    assert "Validation file: validation.jsonl 7 rows, 1.2 kB, format chat No problems." in page.text
