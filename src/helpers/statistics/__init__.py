"""Floor 4. Arrays in, named result objects out. Knows no ADaM name, plots nothing."""
