"""The rules: pure, with `now` an argument."""
