"""What happened, told once and in order: outbox, relay, consumer, epochs."""
