"""What the checks of a lake under bad conditions share: invented inputs, a Spotify that answers, the program, and a lake's content."""
