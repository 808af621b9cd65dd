"""Who is a member from one review to the next, and who is on the list."""
