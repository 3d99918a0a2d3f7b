"""The rows of townships' exits; the migrations make their tables. They are those of villages' exits."""

from services.registry.villages.tables import PlaceExit, PlaceRevocation
from shared.data.relations import table

township_exit = table("township_exit", PlaceExit)
township_revocation = table("township_revocation", PlaceRevocation)
