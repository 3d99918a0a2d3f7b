"""What subscribers say they did upon each public fact, and what they have not acted on yet."""
