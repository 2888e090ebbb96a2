"""What must be so before anything on a host is touched: facts in, problems out."""
