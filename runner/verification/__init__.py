"""Verification: every digest computed anew, compared with what ledger, bucket and database say of it."""
