"""The committed pages say what the code says."""

from django.core.management import call_command


def test_the_committed_drawing_of_the_states_is_the_tables() -> None:
    call_command("draw_states", "--check")
