"""The customer's screen, input and clipboard by X11."""
