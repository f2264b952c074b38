"""The one place where concrete objects are built and the packages meet."""
