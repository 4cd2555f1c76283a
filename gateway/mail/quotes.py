"""The new text of a mail."""


def reply_text(text: str) -> str:
    """Only what was newly written; never empty where `text` is not."""
    return text.strip()
