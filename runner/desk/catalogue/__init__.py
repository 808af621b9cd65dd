"""The index of all runs that the desk asks, kept aside of the archive and made from its manifests."""
