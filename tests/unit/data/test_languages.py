from tuneport.data import Example, LanguageSample, Message, PreferenceExample, TextExample
from tuneport.data.languages import MOST_ROWS

ENGLISH = "Please tell me when the next train to the city leaves, and from which platform."
GERMAN = "Bitte sagen Sie mir, wann der nächste Zug in die Stadt fährt und von welchem Gleis."
JAPANESE = "次の電車は何時に出発しますか。どのホームから出るのか教えてください。"


def chat(text, *, system="Answer in a friendly way and keep to what the timetable of the railway says."):
    return Example(1, (Message("system", system), Message("user", text), Message("assistant", None)))


def guess(examples):
    sample = LanguageSample()
    for example in examples:
        sample.add(example)
    return sample.guess()


def test_rows_are_counted_by_language_the_most_frequent_first():
    found = guess([chat(GERMAN), chat(ENGLISH), chat(GERMAN), chat(JAPANESE), chat(GERMAN)])

    assert found.rows_by_language == {"de": 3, "en": 1, "ja": 1}
    assert next(iter(found.rows_by_language)) == "de"
    assert (found.n_rows, found.n_unknown) == (5, 0)


def test_other_kinds_of_rows_have_a_language_too():
    found = guess([TextExample(1, ENGLISH, " At ten."), PreferenceExample(chat(GERMAN), chat(GERMAN))])

    assert found.rows_by_language == {"en": 1, "de": 1}


def test_of_too_little_text_nothing_is_guessed():
    found = guess([chat("Ja"), chat("")])

    assert (found.rows_by_language, found.n_unknown) == ({}, 2)


def test_of_a_large_file_some_rows_are_looked_at_from_all_over_it():
    found = guess([*[chat("Ja")] * MOST_ROWS, *[chat("")] * MOST_ROWS, *[chat(ENGLISH)] * 10])

    assert found.n_rows == MOST_ROWS


def test_no_rows_have_no_language():
    assert guess([]).n_rows == 0
