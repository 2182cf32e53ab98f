"""Floor 2. Reads the raw tables and checks them: findings, never repairs."""
