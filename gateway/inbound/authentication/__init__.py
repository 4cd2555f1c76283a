"""Who sent a mail: SPF, DKIM and DMARC, asked of the DNS within a strict budget."""
