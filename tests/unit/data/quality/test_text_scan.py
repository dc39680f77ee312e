"""Control tokens, credentials and personal data: found by kind and place, and never repeated."""

import json

import pytest

# Written in two halves, so that nobody's search for real ones stops at this file.
CREDENTIALS = {
    "AWS Access Key": "AKIA" + "IOSFODNN7EXAMPLE",
    "GitHub Token": "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8",
    "OpenAI Token": "sk-proj-" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4",
    "Anthropic Token": "sk-ant-api03-" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4",
    "Hugging Face Token": "hf_" + "aBcDeFgHiJkLmNoPqRsTuVwXyZaBcDeFgH",
    "Private Key": "-----BEGIN RSA " + "PRIVATE KEY-----\nMIIEpAIBAAKCAQEA0Z3VS5JJcds3xfn",
    "Basic Auth Credentials": "https://ada:" + "love1ace@db.internal/x",
    "Slack Token": "xoxb-" + "123456789012-1234567890123-a1B2c3D4e5F6g7H8i9J0k1L2",
}
PERSONAL_DATA = {
    "email": "ada.lovelace@analytical.engine.uk",
    "phone": "+44 20 7946 0018",
    "card": "4111 1111 1111 1111",
    "iban": "DE89 3704 0044 0532 0130 00",
}
TOKENS = ["<|im_start|>", "<|im_end|>", "<|endoftext|>", "</s>", "[INST]", "<<SYS>>", "<start_of_turn>", "<|eot_id|>"]


@pytest.mark.parametrize(("kind", "value"), CREDENTIALS.items(), ids=CREDENTIALS)
def test_a_credential_is_found_and_not_repeated(review, chat, other_rows, kind, value):
    report = review([*other_rows, chat(f"My key is {value} so log me in, please.", "I am not going to use it.")])

    (finding,) = report.findings
    assert (finding.code, finding.lines) == ("credentials", (31,))
    assert (finding.places[0].field, finding.places[0].kind) == ("messages[0].content", kind)
    assert value.splitlines()[-1] not in json.dumps(report.to_json())


@pytest.mark.parametrize(("kind", "value"), PERSONAL_DATA.items(), ids=PERSONAL_DATA)
def test_personal_data_are_found_and_not_repeated(review, chat, other_rows, kind, value):
    report = review([*other_rows, chat("How do I reach or pay the lady of the house?", f"Use {value} and be patient.")])

    (finding,) = report.findings
    assert (finding.code, finding.counts_by_kind) == ("personal_data", {kind: 1})
    assert finding.places[0].field == "messages[1].content"
    assert value not in json.dumps(report.to_json())


@pytest.mark.parametrize(
    "text",
    [
        "Write to ada@example.com or to root@mail.test for more.",
        "The order 4111 1111 1111 1112 was shipped.",
        "The ISBN is 978-3-16-148410-0.",
        "Add +1 to the total of 2024-11-23 12:30:00.",
        "DE89 3704 0044 0532 0130 01 has wrong digits.",
        "commit 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "see https://host.example/path?query=verylongvalueverylongvalue",
        "internationalisation_of_everything_everywhere",
    ],
)
def test_text_that_only_resembles_them_is_left_alone(findings, chat, other_rows, text):
    found = findings([*other_rows, chat("What does the note on the door say?", text)])

    assert found.keys() & {"credentials", "personal_data"} == set()


@pytest.mark.parametrize("token", TOKENS)
def test_a_control_token_is_named_with_its_place(findings, chat, other_rows, token):
    found = findings([*other_rows, chat(f"What does {token} mean in the middle of a text?", "It ends a turn.")])

    assert found["control_tokens"].counts_by_kind == {token: 1}
    assert found["control_tokens"].places[0].field == "messages[0].content"


@pytest.mark.parametrize(
    "text", ["a < b | c > d.", "[1] is a footnote.", "<b>bold</b> and <s>struck.", "<|> is a bird."]
)
def test_text_that_is_no_control_token_is_left_alone(findings, chat, other_rows, text):
    assert "control_tokens" not in findings([*other_rows, chat("What does the note on the door say?", text)])


def test_an_unknown_token_between_bars_is_not_repeated(findings, chat, other_rows):
    found = findings([*other_rows, chat("What is that?", "It is <|my_own_word|> as you know.")])

    assert found["control_tokens"].counts_by_kind == {"<|...|>": 1}


def test_every_text_of_a_row_is_searched_and_a_key_that_may_be_secret_is_not_named(findings, other_rows):
    call = {"id": "a", "type": "function", "function": {"name": "mail", "arguments": '{"to": "ada@engine.uk"}'}}
    row = {"messages": [{"role": "assistant", "tool_calls": [call]}], "ada@engine.uk": {"note": "ada@engine.uk"}}

    found = findings([*other_rows, row])["personal_data"]

    assert [place.field for place in found.places] == ["messages[0].tool_calls[0].function.arguments", "….note"]
    assert found.count == 1


def test_a_row_counts_once_for_each_kind(findings, chat, other_rows):
    found = findings([*other_rows, chat("Write to ada@engine.uk or bob@engine.uk", "Both are there: ada@engine.uk.")])

    assert (found["personal_data"].count, found["personal_data"].counts_by_kind) == (1, {"email": 1})
