"""Tables from elsewhere: read, matched, looked at, then taken in whole or not at all."""
