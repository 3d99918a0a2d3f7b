"""Entering households with their people: out of a confirmed file, or as an application ends well."""
