"""`python -m tuneport.cli`, where the `tuneport` script is not on the path."""

from tuneport.cli import main

main()
