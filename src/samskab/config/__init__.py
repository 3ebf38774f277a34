"""Settings, addresses and the way into the server."""
