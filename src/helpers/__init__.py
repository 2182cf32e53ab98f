"""From raw patient tables to one publication-style report per data cut."""
