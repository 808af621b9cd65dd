"""A segmentation kept: new customers placed by it, and how far they have moved from those it was made of."""
