"""The operator's pages: accounts by counts, their limits, how the installation is."""
