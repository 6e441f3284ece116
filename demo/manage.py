"""`manage.py`, living by the demo's calendar."""

from demo.bell import ring_across_days
from demo.clock import follow
from manage import main

if __name__ == "__main__":
    follow()
    ring_across_days()
    main()
