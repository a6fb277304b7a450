"""What a plugin may ask of the host: requests, a store, a log, progress, the time."""
