"""What English texts must not say."""

from __future__ import annotations

from tracker.wellness_rules.rule import rules

_DISEASE = (
    r"(?:dementia|alzheimer\w*|parkinson\w*|disease\w*|disorder\w*|illness\w*|condition\w*"
    r"|(?:cognitive |memory |mental )?decline"
    r"|memory loss|forgetfulness|depression|anxiety|diabetes|strokes?|cancers?|hypertension|heart attacks?|ag(?:e)?ing)"
)
_ACT = (
    r"(?:prevent\w*|treat(?:s|ed|ing|ment\w*)?|cur(?:e|es|ed|ing)|delay\w*|revers\w*|slow(?:s|ed|ing)?(?: down)?"
    r"|protect\w*|ward\w* off)"
)
_GAP = r"[^.!?\n]{0,60}?"
_LEVELS = r"(?:levels?|boost\w*|rais\w*|low(?:er|s|ered|ering)?|high(?:er)?|increas\w*|improv\w*|your)"

ENGLISH = rules(
    (
        "bdnf_claim",
        rf"\b{_LEVELS}\b{_GAP}\bBDNF\b|\bBDNF\b{_GAP}\b{_LEVELS}\b",
        "No claim about anybody's BDNF.",
    ),
    ("disease_claim", rf"\b{_ACT}\b{_GAP}\b{_DISEASE}\b", "No claim about a disease or decline."),
    (
        "risk_claim",
        rf"\b(?:reduc\w*|lower\w*|cut\w*|decreas\w*)\b{_GAP}\brisks?\b",
        "No claim that a risk is reduced.",
    ),
    (
        "diagnosis",
        r"\bdiagnos\w*|\bscreen(?:s|ed|ing)?\b (?:for|you)\b|\bscreening\b|\bdetect\w*|\byou (?:may|might|could) have\b"
        r"(?! (?:a |an |the )?(?:more |other |walk|time|logged|noticed|done))",
        "Nothing is diagnosed, screened for or detected.",
    ),
    (
        "brain_claim",
        r"\bbrain[- ]?ages?\b|\b(?:younger|bigger|sharper) brain\b|\bneurogenesis\b|\bre-?wir\w*"
        r"|\b(?:clinically|scientifically) proven\b|\bguarante\w*",
        "No claim about the brain, and no promise.",
    ),
    (
        "product",
        r"\bsupplement\w*|\bcapsules?\b|\bdos(?:e|es|age|ages|ing)\b|\b\d+ ?(?:mg|mcg)\b|\bmg\b|\bmilligrams?\b"
        r"|\bvitamins?\b|\bnootropics?\b|\b(?:intermittent )?fasting\b|\bketo\w*\b|\bstop taking\b|\bmedications?\b"
        r"|\bmedicines?\b|\bdrugs?\b"
        r"|\b(?:aspirin|statins?|metformin|donepezil|memantine|semaglutide|ozempic|ibuprofen|insulin"
        r"|antidepressants?|ssris?)\b"
        r"|\bwine\b|\balcohol\w*|\bbeers?\b|\bspirits\b",
        "No product, drug, regimen or alcohol.",
    ),
    (
        "body",
        r"\bcalori\w*|\bkcals?\b|\bburn\w*|\bbmi\b|\b(?:weight|fat)[- ]?loss\b"
        r"|\blos(?:e|es|ing|t)\b (?:some |any |your )?(?:weight|fat|pounds|kilos)\b"
        r"|\bbody ?fat\b|\b(?:your|lower|ideal|healthy) body ?weight\b|\bslim(?:s|mer|ming)?\b"
        r"|\bearn\w*|\bcheat\w*|\bguilt\w*|\b(?:bad|junk|forbidden) foods?\b|\bdetox\w*",
        "Nothing about calories, weight or deserving food.",
    ),
    (
        "shame",
        r"\bfail(?:s|ed|ing|ure|ures)?\b|\blaz(?:y|ily|iness|ier)\b|\bonly\b|\b(?:broke|lost|ruined)\b your streak\b"
        r"|\bbehind\b|\brank(?:s|ed|ing|ings)?\b|\bleaderboards?\b|\bashamed\b|\bdisappoint\w*",
        "Nothing that shames or compares.",
    ),
)
