"""Beside the floors: a seeded simulation of the Zhengzhou study, the raw tables of patients who do not exist."""
