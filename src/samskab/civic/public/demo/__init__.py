"""Silkeborg's council, loaded through actions from data files."""
