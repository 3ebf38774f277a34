"""What readers write below a public page, moderated."""
