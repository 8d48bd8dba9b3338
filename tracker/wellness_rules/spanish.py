"""What Spanish texts must not say: the ideas of the English rules, in the words that Spanish has for them.

Texts come without accents: sólo is solo, año is ano. Ordinary words of food and movement must pass: patada hacia atrás,
vinagre de vino, desayuno, ganas.
"""

from __future__ import annotations

from tracker.wellness_rules.rule import rules

_DISEASE = (
    r"(?:demencias?|alzheimer\w*|parkinson\w*|enfermedad(?:es)?|trastornos?|dolencias?|padecimientos?|patologias?"
    r"|(?:deterioro|declive)(?: cognitivo| mental)?|perdida de (?:la )?memoria|olvidos?|depresion|ansiedad|diabetes"
    r"|ictus|derrames?|infartos?|cancer(?:es)?|hipertension|envejecimiento|vejez)"
)
_ACT = (
    r"(?:prev(?:en|ien)\w*|trat(?:a[nrs]?|ando|ad[oa]|e[ns]?|amientos?)|cur(?:a[nrs]?|ando|ad[oa]|e[ns]?)|sana[nr]?"
    r"|retras(?:a[nr]?|ando|e[ns]?)|retard(?:a[nr]?|ando|e[ns]?)|rev(?:ert|iert|ers)\w*|fren(?:a[nr]?|ando|e[ns]?)"
    r"|ralenti\w*|det(?:en|ien)(?:e[nr]?|ga[ns]?)|prote[gj]\w*|combat\w*|evit(?:a[nr]?|ando|e[ns]?)|alivi(?:a[nr]?|ando))"
)
_GAP = r"[^.!?\n]{0,60}?"
_LEVELS = (
    r"(?:nivel(?:es)?|aument\w*|sub(?:e[ns]?|ir|ida|iendo|io|a[ns]?)|elev\w*|baj(?:[oa]s?|ar|an|e[ns]?)|alt[oa]s?"
    r"|increment\w*|mejor\w*|estimul\w*|dispar\w*|refuerz\w*|reforz\w*|tus?|su)"
)
_PERHAPS = r"(?:puede que|quizas?|tal vez|a lo mejor|es posible que|podrias|puedes)"
_OTHERS = r"(?:los demas|las demas|los otros|las otras|otr[oa]s|nadie)"

SPANISH = rules(
    (
        "bdnf_claim",
        rf"\b{_LEVELS}\b{_GAP}\bBDNF\b|\bBDNF\b{_GAP}\b{_LEVELS}\b|\bfactor neurotrofico\b",
        "No claim about anybody's BDNF.",
    ),
    (
        "disease_claim",
        rf"\b{_ACT}\b{_GAP}\b{_DISEASE}\b|\b{_DISEASE}\b{_GAP}\bse {_ACT}\b",
        "No claim about a disease or decline.",
    ),
    (
        "risk_claim",
        rf"\b(?:redu[cz]\w*|disminu\w*|baj(?:a[nrs]?|e[ns]?)|rebaj\w*|minimi\w*|menor(?:es)?|menos)\b{_GAP}\briesgos?\b",
        "No claim that a risk is reduced.",
    ),
    (
        "diagnosis",
        r"\bdiagnos\w*|\bdetect\w*|\bcriba(?:do|r|je)s?\b|\btamiza(?:je|r)\b"
        rf"|\b{_PERHAPS} (?:ya )?(?:tengas|tener|padezcas|padecer|sufras|sufrir)\b"
        r"(?! (?:(?:mas|otr[oa]|un|una|el|la|algo de) )*(?:tiempo|rato|ganas|paseo|caminata|conversacion|charla|dia)\b)",
        "Nothing is diagnosed, screened for or detected.",
    ),
    (
        "brain_claim",
        r"\bedad (?:del cerebro|cerebral)\b|\b(?:cerebro|mente) mas (?:joven|grande|agil|aguda)\b|\brejuvenec\w*"
        r"|\bneurogenesis\b|\b(?:nuevas neuronas|neuronas nuevas)\b|\breprogram\w*|\brecable\w*"
        r"|\b(?:clinica|cientifica)mente (?:pro|compro|demos)\w*|\bgaranti\w*",
        "No claim about the brain, and no promise.",
    ),
    (
        "product",
        r"\bsuplement\w*|\bcapsulas?\b|\bdosis\b|\bdosific\w*|\b\d+ ?(?:mg|mcg)\b|\bmg\b|\bmiligramos?\b|\bvitamin\w*"
        r"|\bnootrop\w*|\bayun(?:[oa]s?|ar|ando|e[ns]?)\b|\bketo\w*|\bceto(?:s|genic\w*)?\b"
        r"|\bdej(?:a|ar|es|e) de tomar\b|\bmedica(?:ment\w*|cion|ciones)\b|\bfarmacos?\b|\bdrogas?\b|\bpildoras?\b"
        r"|\b(?:aspirinas?|estatinas?|metformina|donepezilo|memantina|semaglutida|ozempic|ibuprofeno|insulina"
        r"|antidepresivos?)\b"
        r"|(?<!vinagre de )\bvinos?\b|\balcohol\w*|\bcervezas?\b|\blicor(?:es)?\b|\bbebidas? fuertes?\b",
        "No product, drug, regimen or alcohol.",
    ),
    (
        "body",
        r"\b(?:hipo)?calori\w*|\bkcals?\b|\bquem(?:a[nrs]?|aste|ando|e[ns]?)\b|\bimc\b|\bmasa corporal\b"
        r"|\b(?:perd\w*|pierd\w*|baj(?:a[nr]?|aste|ando|es?)) (?:de |algo de |un poco de |mas |tu |el )*"
        r"(?:peso|grasa|kilos?|libras)\b"
        r"|\bgrasa corporal\b|\b(?:tus?|menos|menor) (?:peso|kilos|grasa)\b|\bpeso (?:ideal|saludable)\b|\bsobrepeso\b"
        r"|\badelgaz\w*|\besbelt\w*"
        r"|\bgana(?:r|rte\w*|rse\w*|ste|rtelo)\b|\bte (?:l[oa]s? )?(?:has ganado|ganas)\b|\bte (?:l[oa]s? )?mereces?\b"
        r"|\btramp(?:as?|os[oa]s?)\b|\bculpa(?:s|ble|bles|bilidad)?\b|\bdesintoxic\w*|\bdetox\w*|\bdepurativ\w*"
        r"|\b(?:comidas?|alimentos?) (?:mal[oa]s?|basura|chatarra|prohibid[oa]s?)\b",
        "Nothing about calories, weight or deserving food.",
    ),
    (
        "shame",
        r"\bfracas\w*|\bfall(?:aste|ado|ar|as)\b|\bvag(?:[oa]s?|ueria|uear)\b|\bperez(?:a|os[oa]s?)\b|\bholgaz\w*"
        # Only as in no more than that: not the walk that somebody takes alone.
        r"|\b(?:tan )?solo (?:te |has |se )?"
        r"(?:\w+(?:aste|iste|ado|ido)|\d+|una?|dos|tres|cuatro|cinco|seis|es|son|fue|fueron)\b"
        r"|\b(?:solamente|unicamente)\b"
        rf"|\b(?:romp|perd|arruin|cort)\w*{_GAP}\brachas?\b|\brachas? (?:rota|perdida|cortada)s?\b"
        r"|\b(?:vas|estas|quedas|quedaste|quedado|quedando|quedar(?:te|se)?) (?:muy |mas |un poco )?atras\b|\brezagad[oa]s?\b"
        rf"|\b(?:por )?detras de {_OTHERS}\b|\b(?:mejor|peor|mas|menos) que {_OTHERS}\b"
        r"|\branking\w*|\btablas? de (?:posiciones|lideres|clasificacion)\b|\b(?:primer|segundo|tercer|cuarto|quinto|ultimo)"
        r" (?:puesto|lugar)\b|\bpuesto \d+"
        r"|\bverguenza\b|\bavergon\w*|\bavergu\w*|\bdecepcion\w*|\bdesilusion\w*",
        "Nothing that shames or compares.",
    ),
)
