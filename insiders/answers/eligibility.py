"""What makes a customer an Insider: the rule in words, with precision, recall and an example."""

from __future__ import annotations

import pandas as pd

from insiders.answers import queries
from insiders.answers.answer import Answer
from insiders.answers.evidence import Evidence
from insiders.charts import bars, style
from insiders.retelling import retold

SHOWN = 8
"""Rules shown; the list begins with the whole rule."""


def what_makes(evidence: Evidence) -> Answer:
    """The rules of the run with precision and recall, and an example."""
    speak, rules = evidence.language, evidence.rules
    question = speak.say("What makes a customer eligible?")
    if rules.empty:
        return Answer("what_makes", question, speak.say("This run found no rule that describes the Insiders in words."))
    programme, told = evidence.programme, [retold(rule, speak) for rule in rules["rule"]]
    score = 2 * rules["precision"] * rules["recall"] / (rules["precision"] + rules["recall"]).clip(lower=1e-9)
    place = int(score.to_numpy().argmax())
    best = rules.iloc[place]
    if evidence.by_policy:
        sentence = speak.say(
            "The Insiders are chosen by this rule: {policy}. The first {share} of the customers who came back have a "
            "place, and today the line stands at {line}.",
            policy=retold(programme["words"], speak),
            share=speak.percent(float(programme["share"]), 0),
            line=score_of(evidence, float(programme["threshold"])),
        )
    else:
        sentence = speak.say("This run's Insiders are described best by “{rule}”.", rule=told[place])
    example = evidence.insiders.sort_values(["gross_revenue", "customer_id"], ascending=[False, True]).iloc[0]
    text = speak.say(
        "In words a customer understands: {rule}. Of the {customers} customers who meet this, {precision} are Insiders "
        "(precision), and {recall} of the Insiders meet it (recall). For example, customer {example}: {why}.",
        rule=told[place],
        customers=speak.whole(best["customers"]),
        precision=speak.percent(best["precision"]),
        recall=speak.percent(best["recall"]),
        example=example["customer_id"],
        why=retold(example["why"], speak),
    )
    table = pd.DataFrame(
        {
            speak.say("rule, or part of it"): told,
            speak.say("Insiders among those who meet it (precision)"): rules["precision"].map(speak.percent),
            speak.say("Insiders who meet it (recall)"): rules["recall"].map(speak.percent),
            speak.say("customers who meet it"): rules["customers"].map(speak.whole),
        }
    )
    figures = {
        "line": float(programme["threshold"]) if evidence.by_policy else None,
        "share_with_a_place": float(programme["share"]),
        "best_rule": best["rule"],
        "precision": best["precision"],
        "recall": best["recall"],
        "customers": best["customers"],
        "rules": rules.to_dict("records"),
        "example": example["customer_id"],
        "example_why": example["why"],
    }
    why = queries.listed("why", queries.INSIDERS, "gross_revenue DESC", 1)
    sql = {"example": queries.first(1), "example_why": f"SELECT why FROM ({why}) AS example"}  # noqa: S608
    chart = bars.horizontal(
        [bars.folded(rule, 44) for rule in told[:SHOWN]],
        {
            speak.say("of those who meet it, Insiders"): rules["precision"].head(SHOWN).tolist(),
            speak.say("of the Insiders, those who meet it"): rules["recall"].head(SHOWN).tolist(),
        },
        title=speak.say("How well every rule describes the Insiders"),
        xlabel=speak.say("share of customers"),
        written=lambda value: speak.percent(value, 0),
        colours=(style.ACCENT, style.INSIDERS),
    )
    return Answer("what_makes", question, sentence, text, figures, sql, chart, table)


def score_of(evidence: Evidence, value: float) -> str:
    """A score of the programme's policy in its unit."""
    if evidence.programme["in_money"]:
        return evidence.language.money(value, evidence.currency)
    return evidence.language.decimal(value, 1)
