"""Floor 1. study.yml as typed, frozen models; data cuts; the dictionary; paths. Reads no patient data."""
