"""`manage.py`, living by the demo's calendar."""

from demo.clock import follow
from manage import main

if __name__ == "__main__":
    follow()
    main()
