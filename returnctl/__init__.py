"""Returns and refunds of a marketplace seller, run from a shell."""

__version__ = "0.1.0"
