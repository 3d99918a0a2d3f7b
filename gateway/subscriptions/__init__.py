"""Webhooks: announced exits to who subscribed, signed, retried without end, in order per household."""
