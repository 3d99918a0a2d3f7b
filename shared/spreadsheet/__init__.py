"""Cells and workbooks that people typed."""
