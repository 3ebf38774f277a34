"""Which personal data is kept, why and how long; export and erasure."""
