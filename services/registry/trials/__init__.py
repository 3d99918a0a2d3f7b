"""What another policy would change: who would leave the list, who would be held in it, who would come back."""
