"""Our settings in Splink's terms: one blocking rule, one comparison a field, fixed weights.

Splink's model is ours (Fellegi and Sunter 1969), so nothing is trained: a level's m and u are
given, with the m / u that ``weights.json`` holds, and Splink's match weight of a pair is the sum of
bits that :func:`~ranvier.dedup.score.total` gives, before the adjustment for what is frequent.
"""

from __future__ import annotations

from typing import Any

from ranvier.dedup.compare import LEVELS
from ranvier.dedup.score import RAREST, Weights

__all__ = ["KEYS", "LEVELS_OF", "splink_settings", "threshold"]

#: The column with the keys of a record, and the SQL function that gives the levels of a pair.
KEYS, LEVELS_OF = "keys", "ranvier_levels"


def splink_settings(weights: Weights, *, since: int = 0) -> dict[str, Any]:
    """Write our settings as Splink's.

    Two records are compared if they share a key and the later one is at `since` or after it. The
    levels of all fields come from one call of the SQL function :data:`LEVELS_OF`, which is our own
    comparison, not one of Splink's: so the levels are the same ones the weights were counted on.

    Examples
    --------
    >>> from ranvier.dedup.score import shipped_weights
    >>> settings = splink_settings(shipped_weights())
    >>> [rule["blocking_rule"] for rule in settings["blocking_rules_to_generate_predictions"]]
    ['l.keys = r.keys']
    >>> pmid = settings["comparisons"][8]["comparison_levels"]
    >>> pmid[1]["sql_condition"], pmid[1]["m_probability"] / pmid[1]["u_probability"]
    ('ranvier_levels(citation_l, citation_r)[8] = 1', 256.0)
    """
    rule = f"l.{KEYS} = r.{KEYS}"
    if since:
        rule += f" AND greatest(l.i, r.i) >= {since}"
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "i",
        "probability_two_random_records_match": 1 / (1 + 2**-weights.prior),
        "blocking_rules_to_generate_predictions": [
            {"blocking_rule": rule, "arrays_to_explode": [KEYS]}
        ],
        "comparisons": [_comparison(n, field, weights) for n, field in enumerate(LEVELS)],
        "retain_matching_columns": False,
        "retain_intermediate_calculation_columns": False,
    }


def threshold(weights: Weights) -> float:
    """Return the match weight below which a pair is neither merged nor asked about.

    A surname that is rare among the records can add to what Splink knows; nothing else can.
    """
    return min(weights.merge_at, weights.ask_at) - RAREST / 2 - 1e-6


def _comparison(n: int, field: str, weights: Weights) -> dict[str, Any]:
    """Describe a field: what is empty says nothing, each other level its bits."""
    level = f"{LEVELS_OF}(citation_l, citation_r)[{n}]"
    none, *names = LEVELS[field]
    if none != "none":
        raise AssertionError(f"the first level of {field} is for what is empty")
    return {
        "output_column_name": field,
        "comparison_levels": [
            {"sql_condition": f"{level} = 0", "label_for_charts": "none", "is_null_level": True},
            *(
                {
                    "sql_condition": f"{level} = {k}",
                    "label_for_charts": name,
                    **_m_and_u(weights.weights[field].get(name, 0.0)),
                }
                for k, name in enumerate(names, start=1)
            ),
        ],
    }


def _m_and_u(bits: float) -> dict[str, float]:
    """Return two probabilities whose ratio is the evidence; only the ratio is used."""
    return {
        "m_probability": min(1.0, 2.0**bits) / 2,
        "u_probability": min(1.0, 2.0**-bits) / 2,
    }
