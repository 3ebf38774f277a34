"""How it is to co-create: a yearly, anonymous survey, followed over the years."""
