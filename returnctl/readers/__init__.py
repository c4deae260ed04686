"""Foreign files become values, or problems with their places."""
