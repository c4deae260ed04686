"""The page for buyers: one structure, written as HTML or Markdown, and as data for search engines."""
