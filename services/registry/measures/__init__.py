"""Measures of help that households receive, one policy per household, kept by other services' facts."""
