"""What scripts/check_stream.py needs: a broker, messages that are no events, processes that are killed, and what the lake has to hold."""
