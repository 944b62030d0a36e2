"""Mapping files: read, checked, explained. The doors of the layer; importing it costs next to nothing.

load(folder, vocabulary=, layout=)   all files of a folder -> Mappings, or InvalidInput with every mistake
"""

from migrate.mapping.load import Mappings, load
from migrate.mapping.vocabulary import Vocabulary

__all__ = ["Mappings", "Vocabulary", "load"]
