"""What is in an export, and how it is read out of the database and into another one."""
