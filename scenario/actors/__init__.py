"""Those who act: each sees the API, and of the world only what somebody in its place would see."""
