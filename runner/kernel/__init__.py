"""Kernels: started with little, watched while they work, ended with all they started."""
