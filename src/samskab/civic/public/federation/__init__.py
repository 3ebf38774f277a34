"""The council's news for Mastodon and others: an ActivityPub actor that can be followed."""
