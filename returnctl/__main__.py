"""`python -m returnctl`."""

from returnctl.cli.main import main

main()
