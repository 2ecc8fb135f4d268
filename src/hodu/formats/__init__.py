"""File formats, one module or folder each, behind the FormatPlugin interface."""
