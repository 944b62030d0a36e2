"""The project folder and what its settings compose: the only place where engines, files and secrets come together.

    project = Project.find(folder)      settings read and checked, nothing connected
    project.source()                    the legacy database
    project.platform_url()              the platform's URL; starts the embedded server if that is meant
    project.mappings()                  the mapping files, understood
    project.state() / project.target()  what was done before, and where rows go
    project.open_run(...)               a run, new or resumed

Everything heavy is imported when it is asked for. What can go wrong: InvalidInput (settings, secrets, mappings; with
file and line), Unreachable, Drift, Busy.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from migrate.project.project import Project, vocabulary, writable_url
    from migrate.project.secrets import Readers, Secret

__all__ = ["Project", "Readers", "Secret", "vocabulary", "writable_url"]

_HOME = {"Readers": "secrets", "Secret": "secrets"}


def __getattr__(name: str) -> object:
    """Imports the settings' reader only when a project is opened, not for the names of an error's place."""
    if name not in __all__:
        raise AttributeError(name)
    from importlib import import_module

    return getattr(import_module(f"migrate.project.{_HOME.get(name, 'project')}"), name)
