"""Tools for those who work on Baken: what is translated, and what is not."""
