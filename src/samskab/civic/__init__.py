"""The rooms, on four floors."""
