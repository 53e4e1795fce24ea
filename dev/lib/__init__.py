"""What the developer commands share. Standard library only: it runs before anything
is installed."""
