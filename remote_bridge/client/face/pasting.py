"""Asks for the link where the program was started without one: a double click, and the link is pasted."""

import sys

import click

from remote_bridge.client.texts import _


def ask_for_link(*, is_in_terminal: bool) -> str | None:
    """What was pasted, "" if it was cancelled; None where nobody can be asked."""
    if not is_in_terminal and (pasted := _in_window()) is not None:
        return pasted
    if sys.stdin is not None and sys.stdin.isatty():
        text: str = click.prompt(_link_wanted(), default="", show_default=False)
        return text
    return None


def _in_window() -> str | None:
    """None without Tk or without a display."""
    try:
        import tkinter as tk
        from tkinter import simpledialog
    except ImportError:
        return None
    try:
        root = tk.Tk()
    except tk.TclError:
        return None
    root.withdraw()
    pasted = simpledialog.askstring(_("Remote support"), _link_wanted(), parent=root)
    root.destroy()
    return pasted or ""


def can_open_window() -> bool:
    """Whether there are Tk and a display."""
    try:
        import tkinter as tk
    except ImportError:
        return False
    try:
        root = tk.Tk()
    except tk.TclError:
        return False
    root.destroy()
    return True


def tell_in_window(text: str) -> None:
    """For a program that was started without a terminal, the one place where an error can be said."""
    try:
        import tkinter as tk
        from tkinter import messagebox
    except ImportError:
        return
    try:
        root = tk.Tk()
    except tk.TclError:
        return
    root.withdraw()
    messagebox.showerror(_("Remote support"), text, parent=root)
    root.destroy()


def _link_wanted() -> str:
    return _("Please paste the link from the mail of your support")
