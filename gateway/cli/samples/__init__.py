"""The sample account of the demo: its customers, and the mails they and the desk wrote to each other."""
