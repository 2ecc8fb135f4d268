"""The path of every op call: eager or captured."""
