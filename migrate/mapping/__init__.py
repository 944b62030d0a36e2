"""Mapping files: read, checked, explained. The doors of the layer; importing it costs next to nothing.

    load(folder, vocabulary=, layout=)     all files of a folder -> Mappings in the order of loading
    describe(mapping, vocabulary)          a mapping as understood; str() for a terminal, data() for JSON
    coverage(mappings, catalogue)          what becomes of every source column
    schema(vocabulary)                     the JSON schema of a mapping file, for editors
    load_examples(path, mapping, layout)   the examples beside a mapping

Whoever reads files raises InvalidInput with every mistake, each with its file, line and way out.
"""

from migrate.mapping.accounts import Account, Coverage, coverage
from migrate.mapping.describing import Description, describe
from migrate.mapping.examples import Example, load_examples
from migrate.mapping.load import Mappings, load
from migrate.mapping.schema import schema
from migrate.mapping.vocabulary import Vocabulary

__all__ = [
    "Account",
    "Coverage",
    "Description",
    "Example",
    "Mappings",
    "Vocabulary",
    "coverage",
    "describe",
    "load",
    "load_examples",
    "schema",
]
