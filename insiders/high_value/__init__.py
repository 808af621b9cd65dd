"""Who will be of high value next quarter: models, how well they rank, and whether their probabilities hold."""
