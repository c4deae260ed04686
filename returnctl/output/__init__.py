"""Values become sentences, tables and JSON."""
