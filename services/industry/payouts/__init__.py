"""What is owed to households, from every source, and its payment by a bank in batches."""
