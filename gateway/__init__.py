"""The ground floor: mail, tickets, people, store. Knows nothing above it."""
