"""Elements that only move: where views lie in memory, copies by rows and tiles, joins in place."""
