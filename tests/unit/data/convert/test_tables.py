"""CSV, TSV, workbooks and Parquet → rows."""

import datetime
import io
import zipfile

import pyarrow
import pytest
from openpyxl import Workbook
from pyarrow import parquet

from tuneport.core import DataError, InvalidRequest
from tuneport.data import ConvertOptions, convert_file

COLUMNS = (("user", "Frage"), ("assistant", "Antwort"))


@pytest.mark.requirement("R15.4")
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_a_table_is_told_by_its_head_whatever_parts_its_cells(convert, chat, separator):
    head, first, second = (["question", "answer"], ['"two, or; three\t|"', "yes"], ['"a ""b""\nc"', "no"])
    text = "".join(separator.join(cells) + "\r\n" for cells in (head, first, second))

    report, rows = convert(text)

    assert rows == [chat("two, or; three\t|", "yes"), chat('a "b"\nc', "no")]
    assert report.container == ("tsv" if separator == "\t" else "csv")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_marks_and_other_encodings_of_spreadsheets_are_read(convert, chat, encoding):
    _, rows = convert("prompt,completion\nGrüße,ja\n".encode(encoding))

    assert rows == [chat("Grüße", "ja")]


def test_an_older_encoding_is_told_and_read_where_it_is_named(convert, chat):
    text = "prompt,completion\nGrüße,ja\n".encode("cp1252")

    report, rows = convert(text)
    assert rows == []
    assert "name the encoding" in report.refused[0].reason

    assert convert(text, encoding="cp1252")[1] == [chat("Grüße", "ja")]


def test_columns_are_mapped_by_name_and_several_of_one_part_are_joined(convert, chat):
    text = "Frage,Zusatz,Antwort,Rolle,Nummer\nWas?,Genau?,Das.,Sei kurz.,1\nWer?,,Er.,,2\n"

    report, rows = convert(text, columns=(*COLUMNS, ("user", "Zusatz"), ("system", "Rolle")))

    assert rows[0] == chat("Was?\n\nGenau?", "Das.", "Sei kurz.")
    assert [(refused.where, refused.reason) for refused in report.refused] == [("line 3", "'Zusatz' is empty")]
    assert report.notes["key 'Nummer' left out"] == 2


def test_two_answers_of_a_table_make_a_preference_row(convert):
    columns = (("user", "q"), ("preferred", "good"), ("non_preferred", "bad"))

    report, rows = convert("q,good,bad\nHi,Hello,Go away\n", columns=columns)

    assert report.format == "preference"
    assert rows[0]["preferred_output"] == [{"role": "assistant", "content": "Hello"}]
    assert rows[0]["input"] == {"messages": [{"role": "user", "content": "Hi"}]}


@pytest.mark.parametrize("columns", [(("user", "q"),), (("assistant", "a"),), (("user", "q"), ("preferred", "a"))])
def test_a_map_that_makes_no_row_is_refused(convert, columns):
    with pytest.raises(InvalidRequest, match="Name one for 'user'"):
        convert("q,a\n1,2\n", columns=columns)


def test_every_record_that_makes_no_row_is_told_with_its_line(convert):
    report, rows = convert("question,answer\na\n,b\nc,d,e\n\nf,g\n")

    assert [(refused.where, refused.reason) for refused in report.refused] == [
        ("line 2", "'answer' is empty"),
        ("line 3", "'question' is empty"),
        ("line 4", "it has 3 cells, and the table's head has 2"),
    ]
    assert (report.n_records, report.n_rows, len(rows)) == (4, 1, 1)


def test_unknown_columns_are_told_with_what_to_do(convert):
    report, _ = convert("Frage,Antwort\nWas?,Das.\n", source="csv")

    assert "which of its keys ('Frage', 'Antwort') is asked" in report.refused[0].reason


def test_of_many_long_columns_a_few_are_named_by_their_beginnings(convert):
    report, _ = convert(",".join(f"{number}{'x' * 60}" for number in range(9)) + "\n" + "a," * 8 + "b\n", source="csv")

    reason = report.refused[0].reason
    assert reason.startswith(f"which of its keys ('0{'x' * 23}'..., ")
    assert " and 3 more) is asked" in reason
    assert len(reason) < 350


def test_only_the_first_refusals_are_shown_and_all_are_counted(convert):
    report, _ = convert("question,answer\n" + "a,\n" * 30)

    assert (report.n_refused, len(report.refused)) == (30, 20)


def test_a_column_that_is_there_twice_is_an_error(convert):
    with pytest.raises(DataError, match="column 'answer' more than once"):
        convert("question,answer,answer\na,b,c\n")


def test_a_table_of_more_columns_than_any_program_has_is_an_error(convert):
    head = ",".join(f"c{number}" for number in range(20_000))

    with pytest.raises(DataError, match="has 20000 columns, and at most 16384"):
        convert(f"{head}\n", source="csv")


def test_cells_longer_than_pythons_own_limit_are_read(convert, chat):
    assert convert(f"question,answer\n{'x' * 200_000},y\n")[1] == [chat("x" * 200_000, "y")]


def test_a_quote_that_is_never_closed_refuses_the_rest_and_ends(convert):
    report, rows = convert('question,answer\na,b\n"c,d\ne,f\n')

    assert len(rows) == 1
    assert [refused.where for refused in report.refused] == ["line 3"]


@pytest.mark.parametrize(
    ("rows", "where", "end"),
    [('"a,b\nc,d\ne,f\n', "line 2", 4), ('a,"b\nc,d\ne,"f"\ng,h\n', "line 2", 4), ('a,b\n"c" d,e\n', "line 3", 3)],
)
def test_a_quote_that_is_missing_swallows_no_lines_in_silence(convert, rows, where, end):
    report, made = convert("question,answer,x\n" + rows, columns=(("user", "question"), ("assistant", "answer")))

    (refused,) = report.refused
    assert refused.where == where
    assert ("cannot be read here" if end == int(where[5:]) else f"to line {end}") in refused.reason
    assert all("\n" not in message["content"] for row in made for message in row["messages"])


def test_a_column_without_a_name_is_noted(convert, chat, workbook):
    rows = [["", "question", "answer"], ["1", "a", "b"], ["", "c", "d"]]
    content = "".join(",".join(cells) + "\n" for cells in rows)

    for table in (content, workbook(rows)):
        report, made = convert(table, columns=(("user", "question"), ("assistant", "answer")))
        assert made == [chat("a", "b"), chat("c", "d")]
        assert report.notes == {"column 1, which has no name, left out": 1}


def test_a_table_may_hold_whole_conversations_as_json(convert, chat):
    report, rows = convert(
        'messages\n"[{""role"": ""user"", ""content"": ""a""}, {""role"": ""assistant"", ""content"": ""b""}]"\n',
        source="csv",
    )

    assert rows == [chat("a", "b")]
    assert report.shapes == {"chat": 1}


@pytest.fixture
def workbook():
    """Give the bytes of a workbook with these rows."""

    def workbook(*sheets):
        book = Workbook()
        for number, rows in enumerate(sheets):
            sheet = book.active if number == 0 else book.create_sheet(f"Sheet {number}")
            for row in rows:
                sheet.append(row)
        content = io.BytesIO()
        book.save(content)
        return content.getvalue()

    return workbook


def test_a_workbook_is_read_from_its_first_sheet(convert, chat, workbook):
    day = datetime.datetime(2026, 1, 2)
    content = workbook([["question", "answer"], ["when", day], [None, None], ["how many", 3], ["x", None]], [["y"]])

    report, rows = convert(content)

    assert rows == [chat("when", "2026-01-02 00:00:00"), chat("how many", "3")]
    assert report.container == "xlsx"
    assert [refused.where for refused in report.refused] == ["row 5"]
    assert report.notes == {"sheet 'Sheet 1' left out": 1}


def test_a_workbook_is_held_to_the_rules_of_other_tables(convert, workbook):
    with pytest.raises(DataError, match="row 2: the table has the column 'answer' more than once"):
        convert(workbook([[None], ["question", "answer", "answer"], ["a", "b", "c"]]))

    report, rows = convert(workbook([["question", "answer"], ["a", "b", "c"]]))
    assert rows == []
    assert report.refused[0].reason == "it has 3 cells, and the table's head has 2"


def test_a_broken_workbook_is_an_error(convert, workbook):
    content = workbook([["question", "answer"]])

    with pytest.raises(DataError, match="cannot be read"):
        convert(content[: len(content) // 2], source="xlsx")


@pytest.fixture
def with_sheet(workbook):
    """Give the bytes of a workbook whose sheet has this XML between its head and its end."""

    def with_sheet(inner):
        content = io.BytesIO()
        with (
            zipfile.ZipFile(io.BytesIO(workbook([]))) as old,
            zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as new,
        ):
            for name in old.namelist():
                new.writestr(name, old.read(name) if "sheet1" not in name else SHEET.format(inner))
        return content.getvalue()

    return with_sheet


SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{}</worksheet>'


def in_cells(*texts):
    return "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in texts)


def test_a_row_of_an_impossible_number_is_an_error(convert, with_sheet):
    rows = f'<sheetData><row r="1">{in_cells("question", "answer")}</row><row r="99999999999999"></row></sheetData>'

    with pytest.raises(DataError, match="higher number than 1048576") as caught:
        convert(with_sheet(rows))

    assert caught.value.code == "broken_workbook"


def test_a_sheet_that_claims_to_be_endless_is_read_to_its_last_row(convert, chat, with_sheet):
    rows = f'<row r="1">{in_cells("question", "answer")}</row><row r="3">{in_cells("a", "b")}</row>'

    _, made = convert(with_sheet(f'<dimension ref="A1:XFD99999999999"/><sheetData>{rows}</sheetData>'))

    assert made == [chat("a", "b")]


def test_a_row_that_ends_early_has_its_last_cells_empty(convert, with_sheet):
    rows = f'<row r="1">{in_cells("question", "answer")}</row><row r="2">{in_cells("a")}</row>'

    report, _ = convert(with_sheet(f"<sheetData>{rows}</sheetData>"))

    assert report.refused[0].reason == "'answer' is empty"


def test_a_sheet_of_one_endless_row_is_refused_before_it_is_in_memory(convert, with_sheet):
    row = f"<row>{in_cells('x' * 66 * 2**20)}</row>"

    with pytest.raises(DataError, match="in one piece") as caught:
        convert(with_sheet(f"<sheetData>{row}</sheetData>"))

    assert caught.value.code == "workbook_too_large"


@pytest.mark.parametrize("hiding", ["<![CDATA[{}]]>", "<!-- {} -->", "<?note {} ?>"])
def test_a_row_that_hides_its_length_in_other_markup_is_refused(convert, with_sheet, hiding):
    piece = f"<is><t>{'x' * 2**20}{hiding.format('</row>')}</t></is>"

    with pytest.raises(DataError) as caught:
        convert(with_sheet(f'<sheetData><row><c t="inlineStr">{piece * 66}</c></row></sheetData>'))

    assert caught.value.code == "workbook_too_large"


def test_a_large_sheet_of_rows_that_end_is_read(convert, with_sheet):
    text = "x" * 33 * 2**20
    rows = "".join(f"<row>{in_cells(*cells)}</row>" for cells in (("question", "answer"), ("a", text), ("b", text)))

    _, made = convert(with_sheet(f"<sheetData>{rows}</sheetData>"))

    assert [len(row["messages"][1]["content"]) for row in made] == [len(text)] * 2


def test_parquet_is_read_row_by_row(convert, chat, tmp_path):
    path = tmp_path / "rows.parquet"
    table = {"question": ["a", None, "c"], "answer": ["b", "x", "d"], "score": [1, 2, 3]}
    parquet.write_table(pyarrow.table(table), path)

    report, rows = convert(path.read_bytes())

    assert rows == [chat("a", "b"), chat("c", "d")]
    assert [(refused.where, refused.reason) for refused in report.refused] == [("row 2", "'question' is empty")]
    assert report.container == "parquet"


@pytest.mark.parametrize("holds_equal_ones_once", [False, True])
def test_a_row_of_parquet_that_is_too_long_is_refused_and_the_others_are_read(
    convert, chat, tmp_path, holds_equal_ones_once
):
    path = tmp_path / "rows.parquet"
    answers = pyarrow.array(["b", "x" * 65 * 2**20, "d"])
    answers = answers.dictionary_encode() if holds_equal_ones_once else answers
    parquet.write_table(pyarrow.table({"question": ["a", "b", "c"], "answer": answers}), path)

    report, rows = convert(path.read_bytes())

    assert rows == [chat("a", "b"), chat("c", "d")]
    assert [(refused.where, refused.reason) for refused in report.refused] == [
        ("row 2", "it is longer than 67108864 bytes")
    ]


@pytest.fixture
def most_bytes_of_arrow():
    """Give the most memory that Arrow holds during a work."""
    usual = pyarrow.default_memory_pool()

    def measure(work):
        pool = pyarrow.proxy_memory_pool(usual)
        pyarrow.set_memory_pool(pool)
        work()
        return pool.max_memory()

    yield measure
    pyarrow.set_memory_pool(usual)


@pytest.mark.parametrize("is_nested", [False, True])
def test_large_values_that_parquet_keeps_once_are_held_once(write, most_bytes_of_arrow, is_nested):
    text, packed, sizes = "x" * 4 * 2**20, io.BytesIO(), []
    answers = [[{"role": "assistant", "content": text}]] * 64 if is_nested else [text] * 64
    table = pyarrow.table({"messages" if is_nested else "answer": answers, "question": ["a"] * 64})
    parquet.write_table(table, packed, dictionary_pagesize_limit=2**30, store_schema=False)
    path = write(packed.getvalue())

    n_bytes = most_bytes_of_arrow(lambda: convert_file(path, lambda rows: sizes.append(len(rows)), ConvertOptions()))

    assert sum(sizes) > 64 * len(text)
    assert n_bytes < 8 * len(text)


def test_broken_parquet_is_an_error(convert):
    with pytest.raises(DataError, match="Parquet file cannot be read"):
        convert(b"PAR1" + b"\0" * 100)


def test_without_its_package_parquet_is_refused_with_the_extra_that_brings_it(convert, monkeypatch):
    monkeypatch.setattr("tuneport.core.extras.find_spec", lambda name: None)

    with pytest.raises(InvalidRequest, match=r"tuneport\[convert\]"):
        convert(b"PAR1" + b"\0" * 100)
