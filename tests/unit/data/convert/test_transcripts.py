"""Conversations as text → rows, one each."""

import io
import struct
import zipfile

import pytest

from tuneport.core import DataError

SUBTITLES = """WEBVTT - a call

NOTE nobody says this

1
00:00:01.000 --> 00:00:02.000
<v Ann>Where <i>is</i> it?

2
00:00:03.000 --> 00:00:04.000
<v.loud Bob>Here &amp; there.</v>
"""


def packed(packing=zipfile.ZIP_STORED, /, **files):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", packing) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()


def test_a_named_speaker_becomes_the_assistant(convert, chat):
    report, rows = convert("Customer: Hello,\nanybody?\nAgent: Yes: me.\nCustomer: Bye\n", assistant_speaker="agent")

    assert rows == [chat("Hello,\nanybody?", "Yes: me.")]
    assert report.container == "transcripts"
    assert report.notes == {"messages after the last reply left out": 1}


@pytest.mark.parametrize(
    "line",
    [
        "Bot: hi",
        "**Bot:** hi",
        "**Bot**: hi",
        "- Bot: hi",
        "[00:01:02] Bot: hi",
        "(1:02) Bot: hi",
        "00:01:02.5 - Bot: hi",
    ],
)
def test_a_turn_is_recognised_in_its_usual_spellings(convert, chat, line):
    assert convert(f"Ann: a\n{line}\n", assistant_speaker="Bot")[1] == [chat("a", "hi")]


def test_turns_of_one_role_are_joined_and_several_users_keep_their_names(convert, chat):
    _, rows = convert("Ann: a\nCid: c\nBot: one\nBot: two\n", assistant_speaker="Bot")

    assert rows == [chat("Ann: a\nCid: c", "one\ntwo")]


def test_subtitles_lose_times_and_marks(convert, chat):
    assert convert(SUBTITLES, assistant_speaker="Bob")[1] == [chat("Where is it?", "Here & there.")]


def test_each_file_of_a_zip_is_a_row_and_the_others_are_noted(convert, chat):
    files = {
        "b/2.md": "**Ann:** c\n\n**Assistant:** d\n",
        "a/1.txt": "A call\nAnn: a\nAssistant: b\n".encode("utf-16"),
        "3.txt": "Ann: nobody answers\n",
        "4.pdf": "x",
        "__MACOSX/._1.txt": "x",
    }

    report, rows = convert(packed(**files))

    assert rows == [chat("a", "b"), chat("c", "d")]
    assert [refused.where for refused in report.refused] == ["3.txt"]
    assert "'assistant' does not speak in it, but 'Ann'" in report.refused[0].reason
    assert report.notes == {
        "files that are neither .txt nor .md nor .vtt left out": 1,
        "lines before the first speaker left out": 1,
    }


def test_a_title_before_the_first_turn_does_not_hide_a_transcript(convert, chat):
    assert convert("A call\n\nAnn: a\nAssistant: b\n")[1] == [chat("a", "b")]


@pytest.mark.parametrize("content", [b"PK\x03\x04 no zip", b"\x1f\x8b", b"", b"prose without any speaker"])
def test_what_cannot_be_told_is_an_error_that_says_what_to_do(convert, content):
    with pytest.raises(DataError) as caught:
        convert(content)

    assert caught.value.code in ("unknown_source", "compressed_file")


def test_a_zip_that_is_cut_is_an_error(convert):
    content = packed(**{"1.txt": "Ann: a\nAssistant: b\n"})

    with pytest.raises(DataError, match="cannot be unpacked"):
        convert(content.replace(b"Ann: a", b"Ann: x"))


@pytest.mark.parametrize("packing", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_packed_file_that_is_damaged_is_an_error(convert, packing):
    content = bytearray(packed(packing, **{"1.txt": "".join(f"Ann: {n}\nAssistant: {n * n}\n" for n in range(100))}))
    # Behind the file's own head, of 30 bytes and its name.
    content[35:75] = b"\xff" * 40

    with pytest.raises(DataError, match="cannot be unpacked"):
        convert(bytes(content))


def test_a_zip_whose_names_are_broken_is_an_error(convert):
    content = packed(**{"\u00e4.txt": "Ann: a\nAssistant: b\n"})

    with pytest.raises(DataError, match="begins as a zip file does"):
        convert(content.replace("\u00e4".encode(), b"\xff\xff"))


def test_a_file_of_a_zip_without_a_name_is_left_out(convert):
    entry = b"PK\x01\x02" + bytes(42)

    report, rows = convert(with_directory(entry), source="transcripts")

    assert rows == []
    assert report.notes == {"files that are neither .txt nor .md nor .vtt left out": 1}


def test_a_character_of_subtitles_with_an_endless_number_refuses_them(convert):
    report, _ = convert(SUBTITLES.replace("&amp;", f"&#{'9' * 5000};"), assistant_speaker="Bob")

    assert "too long to be one" in report.refused[0].reason


def with_directory(directory):
    """Give the bytes of a zip whose list of files is this."""
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, len(directory), 4, 0)
    return b"PK\x03\x04" + directory + end


@pytest.mark.parametrize(
    ("directory", "found"),
    [((b"PK\x01\x02" + bytes(42)) * 100_001, "more than 100000 files"), (bytes(65 * 2**20), "list of files is longer")],
    ids=["files", "bytes"],
)
@pytest.mark.parametrize("source", [None, "transcripts", "xlsx"])
def test_a_zip_of_too_many_files_is_refused_before_its_list_is_read(convert, directory, found, source):
    with pytest.raises(DataError, match=found) as caught:
        convert(with_directory(directory), source=source)

    assert caught.value.code == "zip_too_large"


def test_a_zip_that_unpacks_to_too_much_is_refused(convert):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for number in range(129):
            archive.writestr(f"{number}.txt", "Ann: a\nAssistant: b\n")
        for part in archive.infolist():
            part.file_size = 16 * 2**20

    with pytest.raises(DataError, match="larger than 2147483648 bytes") as caught:
        convert(content.getvalue())

    assert caught.value.code == "zip_too_large"
