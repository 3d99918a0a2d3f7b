"""Risk signals: what happens to who got out, added up by stated points; at a level somebody goes and looks."""
