"""How far the value of a platform column can be taken back to the source: the worst of everything on its way."""

from dataclasses import dataclass

from migrate.mapping.nouns import CodeList, Field, Mapping
from migrate.mapping.vocabulary import Vocabulary

LOSSLESS, LOSSY, ONE_WAY = "lossless", "lossy", "one-way"
_FROM_BEST = (LOSSLESS, LOSSY, ONE_WAY)


@dataclass(frozen=True, slots=True)
class Reversal:
    """'lossless': the source value follows; 'lossy': one with the same meaning does; 'one-way': only the original
    that a quality mark keeps brings it back; 'constant': there is nothing to take back. `losses` says what is lost.
    """

    kind: str
    losses: tuple[str, ...] = ()


def reversal(field: Field, mapping: Mapping, vocabulary: Vocabulary) -> Reversal:
    """How a field of the mapping reverses."""
    if not field.sources:
        return Reversal("constant")
    found = [(LOSSLESS, "")]
    for call in field.steps:
        step = vocabulary.steps[call.name]
        found.append((step.reverse or ONE_WAY, f"{call.name}: {step.note}" if step.note else call.name))
    if len(field.sources) > 1:
        found.append((LOSSY, "which column the value came from"))
    if field.code and _repeats(mapping.codes[field.code.list]):
        found.append((LOSSY, f"which of several values had the code ({field.code.list})"))
    if field.when:
        found.append((ONE_WAY, "values where the condition does not hold"))
    worst = max(found, key=lambda way: _FROM_BEST.index(way[0]))[0]
    return Reversal(worst, tuple(loss for way, loss in found if way != LOSSLESS))


def _repeats(codes: CodeList) -> bool:
    """True where two values of one parent have the same code."""
    pairs = [(parent, code) for (parent, _), code in codes.codes.items()]
    return len(set(pairs)) < len(pairs)
