"""The mappings, by family."""
