"""The parts of check_gold.py: one module for each question that gold answers, one function for each table."""
