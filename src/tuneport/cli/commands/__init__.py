"""One file per command. What a command needs is imported when it runs, so that `tuneport --help` is quick."""
