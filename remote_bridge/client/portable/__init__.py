"""The same by mss and pynput, for Windows and macOS."""
