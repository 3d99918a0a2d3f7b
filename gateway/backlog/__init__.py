"""How far behind the county's services are, in one answer."""
