"""Where a training run happens. Here: a child process, or several, on this machine."""

from tuneport.jobs.runners.local import LocalRunner, training_command
from tuneport.jobs.runners.runner import Runner, RunProcess

__all__ = ["LocalRunner", "RunProcess", "Runner", "training_command"]
