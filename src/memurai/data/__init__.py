"""Which data a server has, and which of it a start would load."""
