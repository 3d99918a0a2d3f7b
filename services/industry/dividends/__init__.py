"""Guaranteed dividends for loans that an entity uses: agreements, due dates, payments, top-ups."""
