"""What an analyst looks at first: spread, concentration, rhythm, loyalty, and hypotheses with their verdicts."""
