"""Components and the page frame, built on DKFDS."""
