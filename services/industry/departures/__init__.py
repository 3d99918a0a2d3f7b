"""What becomes of posts where somebody left a household or it was struck, and where that was a mistake."""
