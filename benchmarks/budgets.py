"""What is promised, as "Speed" of the design has it."""

from __future__ import annotations

# × `python -c "import click"`, in a shop of any size.
STARTUP = {"show --json": 1.5, "approve": 1.7, "--version": 1.3, "--help": 1.3}
SWEEP = LIST = 1.3  # × the same at 1 000 returns
VALIDATE = 3.0  # × `python -c "import click, yaml, jsonschema"`, of a policy of 100 lines
BULK = 4.0  # × writing the same bytes to one file each, and one sync
IMPORT = 5.0  # × csv.DictReader over the same file
MEMORY = 200  # MiB
FSYNCS = {"show --json": 0, "approve": 6}
REPORT = 3.0  # × its own statements over the index, run bare
