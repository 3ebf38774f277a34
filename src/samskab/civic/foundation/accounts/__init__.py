"""Who a person is: sign-in by e-mail code, passkeys, roles in a council, and my own page."""
