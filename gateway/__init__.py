"""The gateway: the one public door.

It owns the business clock and subscriptions; it decides who may come in, how often and with how much, and where a
request goes. Events in: exits, for subscribers. Events out: none.
"""
