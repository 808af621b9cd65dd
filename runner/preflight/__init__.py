"""Preflight: what a run needs, looked at before its first cell: notebooks, kernels, disk, inputs, places and rights."""
