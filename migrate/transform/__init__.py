"""From a Batch to an Outcome: pure, vectorised, without a database.

apply.py        the order of work; start reading here          beforehand.py   what has to be known before
gather.py       which rows belong to which entity              settle.py       what is shown of each, the Outcome
rows.py         the rows of a batch, with their joins          conditions.py   `where` and `when`, on columns
fields.py       one field: source, steps, rules, code, type    judges.py       rules on the entity as a whole
judgements.py   what was found wrong, as columns
registry.py     @step, @rule, @judge                           library.py      all families of functions
text.py names.py dates.py births.py codes.py money.py identifiers.py contacts.py: the functions that a mapping names;
add yours to the family it belongs to, with a doctest and a property test.
"""
