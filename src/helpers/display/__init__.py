"""Floor 6. Formatting (the only rounding), tables, figures, sentences. Estimates nothing."""
