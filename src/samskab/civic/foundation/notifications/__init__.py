"""Mail that is really sent: an outbox written with the change it tells about."""
