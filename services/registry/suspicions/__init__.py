"""Suspicions about registered households: what a comparison found, who looked into it on the spot, what follows."""
