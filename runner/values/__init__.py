"""Parameters: what notebooks declare, what is given, and how a value reaches the kernel unchanged."""
