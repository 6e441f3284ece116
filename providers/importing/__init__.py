"""Taking in a file of courses, whole or not at all; docs/providers.md describes the file."""

from providers.importing.importing import Imported, UnableToImport, import_courses
from providers.importing.reading import RowError

__all__ = ["Imported", "RowError", "UnableToImport", "import_courses"]
