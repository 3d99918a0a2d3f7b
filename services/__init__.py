"""The houses. They never import each other; facts travel between them as events."""
