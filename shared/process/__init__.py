"""What a process needs: settings, logs, metrics, a watchdog, work in a process of its own."""
