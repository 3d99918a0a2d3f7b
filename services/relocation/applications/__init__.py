"""Applications to move: from the village by way of notice and agreement to the home, step by step."""
