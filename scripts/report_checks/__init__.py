"""The parts of check_report.py: how the page is driven and read, and what each of its sections has to say of a lake."""
