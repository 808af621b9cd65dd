"""Tables: the database that results go to, on PostgreSQL or SQLite: its connection, its rows, and whose turn it is."""
