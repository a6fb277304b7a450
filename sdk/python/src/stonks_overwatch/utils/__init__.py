"""What services of old brokers use beside their interfaces."""
