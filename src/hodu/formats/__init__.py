"""The file formats: one module each, behind the same interface as those of other packages."""
