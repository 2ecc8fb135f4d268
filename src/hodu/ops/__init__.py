"""The op table: one family of ops a module. `hodu.ops._families` imports them all."""
