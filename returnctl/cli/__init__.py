"""Text becomes values in option types, results become output; no rules here."""
