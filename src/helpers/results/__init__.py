"""Floor 5. The analyses of a study: one statistic a row; audit of printed claims."""
