"""Floor 3. ADaM datasets and the time-to-event engine. Never rounds."""
