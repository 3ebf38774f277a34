"""Who there is: organisations and people, what they offer, and the words we sort by."""
