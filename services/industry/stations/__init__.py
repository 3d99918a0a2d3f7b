"""Photovoltaic stations: meters, the two legs of their revenue, suspected faults."""
