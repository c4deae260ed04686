"""Opening a shop, and the one road for changes."""
