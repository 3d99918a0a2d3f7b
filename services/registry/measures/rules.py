"""What kinds of help are measures."""

from typing import Literal

Kind = Literal["loan", "relocation", "dividend", "post", "training", "project", "pv", "forestry"]
