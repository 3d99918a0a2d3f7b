"""What a roster file says otherwise of known households: proposed, shown, and held for true once it is confirmed."""
