"""The year's scores of units and helpers: from facts only, with a line for every point, published by two persons."""
