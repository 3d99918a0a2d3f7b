"""Doubts about an application to be registered: a neighbour objects, a comparison suspects, a person finds out."""
