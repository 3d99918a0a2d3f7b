"""What the national system is told: households whose facts changed, in the layout of its list, export by export."""
