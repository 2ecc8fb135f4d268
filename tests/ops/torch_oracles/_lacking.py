"""What an adapter raises where PyTorch cannot be asked."""


class Lacking(Exception):
    """PyTorch has nothing that means the same; the message says what it lacks."""
