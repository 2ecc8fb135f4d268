"""Linear algebra as loops: elimination, reflections, rotations."""
