"""What the kernel offers and the standard library does not: system calls by ctypes."""
