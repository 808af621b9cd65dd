"""Scheduling: when a pipeline runs by itself, what cron or systemd is told of it, and whether it did."""
