"""What a Memurai server says about itself."""
