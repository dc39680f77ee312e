"""The loop, the objectives, optimizer and schedule; reads tokens, writes a run folder."""

from tuneport.train.run import EXIT_COMPLETE, EXIT_FAILED, EXIT_STOPPED, execute_run

__all__ = ["EXIT_COMPLETE", "EXIT_FAILED", "EXIT_STOPPED", "execute_run"]
