"""Taking in a file of courses, whole or not at all; docs/providers.md describes the file."""

from providers.importing.importing import Imported, UnableToImport, import_courses
from providers.importing.reading import Fault, Reason, Unreadable, decoded
from providers.importing.taking_in import FileHasFaults, Line, Outcome, hand_in, look, take_in

__all__ = [
    "Fault",
    "FileHasFaults",
    "Imported",
    "Line",
    "Outcome",
    "Reason",
    "UnableToImport",
    "Unreadable",
    "decoded",
    "hand_in",
    "import_courses",
    "look",
    "take_in",
]
