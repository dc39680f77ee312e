"""A clock that a test sets."""


class FakeClock:
    def __init__(self, seconds=1_000_000):
        self.seconds = seconds

    def now(self):
        return self.seconds
