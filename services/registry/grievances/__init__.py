"""Complaints and objections to anything: answered in time by those who are not complained of, or taken higher."""
