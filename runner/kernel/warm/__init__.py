"""Warm kernels: forked from a process that has imported what their notebook imports, instead of started anew."""
