"""Floor 7. Runner, renderers, provenance, command line. Computes no statistic."""
