"""What is stored about whom, and all of it to take along."""
