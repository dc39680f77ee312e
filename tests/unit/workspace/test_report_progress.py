"""How often a report tells how far it is."""

from tuneport.workspace import ReportProgress
from tuneport.workspace.report_progress import PartReading


class Watch:
    """Seconds that pass when the test says so."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def test_it_is_told_at_first_then_twice_a_second_and_at_the_end():
    watch, told = Watch(), []
    reading = PartReading("check", 100, told.append, seconds=watch)

    for _ in range(10):
        reading.add(10)
        watch.now += 0.2

    assert [progress.bytes_read for progress in told] == [10, 40, 70, 100]
    assert told[-1] == ReportProgress("check", 100, 100)


def test_the_last_byte_is_told_however_little_time_has_passed():
    told = []
    reading = PartReading("quality", 3, told.append, seconds=lambda: 7.0)

    reading.add(1)
    reading.add(1)
    reading.add(1)

    assert [progress.bytes_read for progress in told] == [1, 3]
