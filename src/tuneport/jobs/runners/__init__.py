"""Where a training run happens. Here: a child process on this machine."""

from tuneport.jobs.runners.local import LocalRunner
from tuneport.jobs.runners.runner import Runner, RunProcess

__all__ = ["LocalRunner", "RunProcess", "Runner"]
