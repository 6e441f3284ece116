"""The product's own web application and worker, living by the demo's calendar."""

from collections.abc import Callable, Iterable
from typing import Any

from celery.signals import task_prerun

from demo.bell import ring_across_days
from demo.clock import follow
from ontwikkelrekening.celery import app as celery  # noqa: F401
from ontwikkelrekening.wsgi import application as product

ring_across_days()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    follow()
    return product(environ, start_response)


@task_prerun.connect
def _before_each_task(**_: object) -> None:
    follow()
