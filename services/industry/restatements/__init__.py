"""A figure by which money is owed or planned is stated anew by one person, as one said it; what followed is made up."""
