"""What commands cost, measured in turns on one machine."""
