"""Numbers as addresses write them."""


def ascii_number(text: str) -> str:
    """The same text; Python alone would also read 2_0 and the digits of other scripts. Raises ValueError."""
    if not text.isascii() or "_" in text:
        raise ValueError(text)
    return text
