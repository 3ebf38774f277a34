"""Following by mail, for anybody with an address: one digest, never an empty one, off means off."""
