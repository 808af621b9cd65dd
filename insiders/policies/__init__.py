"""Ways to choose Insiders, and what each would have brought later."""
