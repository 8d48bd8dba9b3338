"""What English texts must not say about health: BDNF, diseases, risks, diagnoses, the brain, and proof."""

from __future__ import annotations

from tracker.wellness_rules.rule import GAP, Rule, rule

_ORGANS = (
    r"(?:heart|brain|memory|mind|nerves?|joints?|bones?|immunity|immune system|arter(?:y|ies)|liver|lungs?|gut"
    r"|cognition)"
)
_ILL = (
    r"(?:disease\w*|disorder\w*|illness\w*|ailments?|maladies|conditions?|syndromes?|sickness|frailty"
    r"|(?:cognitive |memory |mental )?decline|forgetfulness|pain|stress|colds?|flu|fever|strokes?|heart attacks?"
    r"|ag(?:e)?ing"
    r"|old age|fog|wrinkles|growing old|blood sugar|bad memory)"
)
_ACT = (
    r"(?:prevent\w*|treat(?:s|ed|ing|ment\w*)?|cur(?:e|es|ed|ing)|delay\w*|postpon\w*|revers\w*"
    r"|slow(?:s|ed|ing)?(?: down)?|protect\w*|ward\w* off|combat\w*|fight(?:s|ing)?(?: off)?|beat(?:s|ing|en)?"
    r"|defeat\w*"
    r"|conquer\w*|fend\w* off|stav\w* off|halt\w*|heal(?:s|ed|ing)?|reliev\w*|eas(?:es|ing) (?!into)|alleviat\w*"
    r"|eliminat\w*"
    r"|banish\w*|eradicat\w*|shield\w*|antidote\w*|remed(?:y|ies)|therap(?:y|ies|eutic)|immun(?:e|ity) (?:to|from"
    r"|against)"
    r"|keep(?:s|ing)? (?:away|off|out)|free (?:of|from)|spar(?:e|es|ed|ing) (?:\w+ )?(?:of|from|the)|safe from"
    r"|insurance against|weapon against|armou?r against)"
)
_LESS = (
    r"(?:reduc\w*|lower\w*|cut(?:s|ting)?|decreas\w*|halv\w*|slash\w*|minimi[sz]\w*|drop(?:s|ped|ping)?|fall(?:s"
    r"|ing|en)?|fell"
    r"|down|less|shrink\w*|shrank|diminish\w*|smaller|cancel\w*|melt\w*|go(?:es|ing)? down|lessen\w*|curb\w*)"
)
_RISK = r"(?:risks?|chances? of (?:getting|developing|having|suffering|dying)|odds of|likelihood of|danger of)"

HEALTH: tuple[Rule, ...] = (
    rule(
        "bdnf_claim",
        "No claim about anybody's BDNF: only the disclaimer names it.",
        r"bdnf\w*",
        r"brain[- ]derived(?: neurotroph\w*| growth| factor)?",
        r"neurotroph\w*",
        r"(?:nerve|brain)[- ](?:growth|fertili[sz]er)\w*(?: factors?)?",
    ),
    rule(
        "disease_claim",
        "No text names a disease, save those that a safety line needs.",
        r"dementia\w*|demented|senil\w*|alzh?eimer\w*|parkinson\w*|huntington\w*|diabet\w*|pre-?diabet\w*|cancers?"
        r"|cancerous"
        r"|tumou?rs?",
        r"hypertension|hypertensive|(?:high |raised |your |lowers? )?blood pressure|(?<!no )cholesterol(?!-free"
        r"| free|-reduc| reduc)|triglycerides"
        r"|blood sugar|insulin resistan\w*|metabolic syndrome|glucose (?:levels?|spikes?)",
        r"(?:osteo)?arthrit\w*|rheumat\w*|osteopor\w*|sclerosis|epilep\w*|migraines?|insomnia|apn(?:o)?ea"
        r"|asthma\w*|copd|gout"
        r"|fibromyalgia|sciatica|thrombos\w*|aneurysm\w*|an(?:a)?emi[ac]|sarcopenia|eczema|psoriasis|lupus"
        r"|glaucoma|cataracts?",
        r"adhd|autis\w*|ptsd|ocd|bipolar|schizo\w*|psychosis|depress(?:ion|ive|ed)|anxiety|panic attacks?|burn-?out"
        r"|neurodegenerat\w*|neuropath\w*|brain fog|delirium|amnesia|covid\w*|influenza|pneumonia|infections?"
        r"|virus(?:es)?",
        r"(?:mild |some )?cognitive (?:impairment|decline|disorder|problem)s?|memory (?:loss|decline|problem"
        r"|disorder|impairment)s?"
        r"|mental (?:illness|decline|disorder)\w*",
        r"inflammat\w*|amyloid|(?:arterial|arteries|brain) plaques?|clogged|arter(?:y|ies)|heart failure"
        r"|heart attacks?(?! seek| call)",
        r"(?:a|another|of|from|against|mini-?) ?strokes?(?= risk|[.!,?]| or\b| and\b)|stroke (?:risk|patients?"
        r"|survivors?)",
    ),
    rule(
        "disease_claim",
        "No claim that anything acts on a disease, decline or ageing.",
        r"(?:doctors?|illness|disease) away|(?:scrub|clear|clean|remov|dissolv)\w* (?:the |your )?plaque|tremors?"
        r"|palpitations?|hot flushes",
        rf"{_ACT}\b{GAP}\b{_ILL}",
        rf"{_ILL}\b{GAP}\b(?:at bay|away|in check|in remission|disappear\w*|vanish\w*|fad(?:e|es|ing)|(?:is|are|was"
        r"|were|be) (?:cur|"
        r"revers|prevent|avoid|treat)\w*|stands? no chance|(?:doesn'?t|don'?t|won'?t) stand a chance)",
        r"(?:stop|avoid|escap|dodg|eras|kill|cheat)\w* (?:\w+ ){0,2}(?:illness\w*|forgetfulness|ag(?:e)?ing"
        r"|old age|memory decline|colds?|flu)",
        r"(?:never|not|won'?t|rarely) (?:get|fall|be|become) (?:ill|sick)|(?:prevents?|medicine for"
        r"|cures?) (?:everything|what ails)",
    ),
    rule(
        "disease_claim",
        "No claim that anything heals, protects the body or prolongs life.",
        rf"(?:your|the) {_ORGANS} (?:will |'ll |would )?(?:thank|love|benefit|bless)\w*|inflamed|(?:die|dies"
        r"|dying) (?:later|sooner|young|early|earlier)",
        rf"keep\w* (?:your |the )?{_ORGANS} (?:\w+ )?(?:young|sharp|fit|healthy|strong|agile|clear|clean|supple"
        r"|in shape)|(?:care|nursing) homes?|early grave",
        r"(?:anti-?|healthy )ag(?:e)?ing|longevity|lifespan|life expectancy|liv(?:e|es|ing) (?:\w+ ){0,3}longer"
        r"|(?:add|gain|give)\w* (?:\w+ ){0,4}years? (?:to|of|on)? ?(?:your |a |healthy )?(?:life|lives)?|outliv\w*"
        r"|early death|mortality",
        r"(?:boost|strengthen|improv|protect|enhanc|sharpen|restor|repair|heal|unclog|rejuvenat|fortif|preserv|sav"
        r"|supercharg)\w*"
        rf" (?:your |the |my |our |their |a )?(?:\w+ )?{_ORGANS}(?! club| game| book| card)",
        rf"good for (?:your|the) (?:\w+ )?{_ORGANS}|(?:better|stronger|healthier|sharper) (?:memory|immun\w*|heart"
        r"|arteries)",
        r"immune system|immunity|healing (?:power|effect|propert)\w*|heals|miracle\w*|(?:works? )?wonders"
        r"|fountain of youth"
        r"|healthier (?:than|for life)|disease-?free|medicinal|therapeutic",
        r"(?:never|won'?t|not|don'?t) (?:ever )?(?:forget|los\w* track of) (?:\w+ ){0,3}(?:names?|faces?|keys|mind"
        r"|marbles)"
        r"|remember\w* (?:everyone|everybody|people|every|all)'?s? (?:the )?(?:names?|faces?|birthdays?)",
    ),
    rule(
        "risk_claim",
        "No claim that a risk is reduced.",
        rf"{_LESS}\b{GAP}\b{_RISK}",
        rf"{_RISK}\b{GAP}\b{_LESS}",
        r"(?:your|the|at|high|higher|low|dementia|stroke|health|heart|cancer|elevated"
        r"|increased) risks?(?! of (?:rain|ice|slipping))",
        r"chances? of (?:getting|developing|suffering|dying)|risk factors?|less likely to (?:get|develop|suffer"
        r"|die|fall ill|have)",
    ),
    rule(
        "diagnosis",
        "Nothing is diagnosed, screened for or detected.",
        r"your (?:heart|mind|memory|brain|lungs|balance) (?:is|are|seems?|looks?|gets?|getting"
        r"|has become) (?:\w+ )?(?:weak\w*|slipping|fading|failing|slow\w*|going|worse|poor|deteriorating"
        r"|shrinking|foggy)",
        r"diagnos\w*|screen(?:s|ed|ing)? (?:for|you)|screening|detect(?!ive|or)\w*|symptom(?:s|atic)?",
        r"you (?:may|might|could|probably|likely|possibly|clearly|seem to|appear to|must) (?:already )?(?:have"
        r"|suffer|be suffering)"
        r"(?! (?:a |an |the )?(?:more |other |walk|time|logged|noticed|done|seen|heard|read|friend|spare|choice"
        r"|change))",
        r"suffer(?:s|ed|ing)? from|you(?:'re| are) (?:probably |likely |clearly )?(?:ill|sick|unwell|impaired"
        r"|unhealthy|depressed)",
        r"(?:early |first |warning |no |any |some |subtle |clear )?(?:signs?|indicat(?:ors?|ions?)|markers?"
        r"|evidence) (?:of|for) (?:a |an |early |mild )?"
        r"(?:problem|trouble|something (?:serious|wrong)|ill\w*|disease|decline|damage|disorder|impairment)\w*"
        r"|(?:early|warning|danger) signs?|red flags?",
        r"(?:we|i|our \w+) (?:think|believe|suspect|fear|conclude|can tell)s? (?:that )?you(?:'ve| have|r (?:brain"
        r"|memory|mind|heart))",
        r"(?:below|above|outside|under|within) (?:the )?(?:norms?|normal(?: range| limits)?|average for)"
        r"|abnormal\w*|impair\w*|patholog\w*",
        r"(?:memory|brain|mind|cognition|heart|results?|scan|scores?) (?:is|are|looks?|seems?|appears?|shows?"
        r"|points?|suggests?|indicates?|reveals?|means?)"
        r" (?:\w+ ){0,3}(?:normal|healthy|abnormal|impaired|damaged|failing|declining|ill\w*|problem|risk"
        r"|fine for your age|declin\w*|damage|deteriorat\w*)",
        r"(?:skip|instead of|cancel|no need (?:to see|for)|don'?t need|needn'?t see|before you see) (?:\w+ )?(?:a "
        r"|the |your )?(?:doctor|clinician|gp|neurologist|specialist|hospital|check-?up)s?",
        r"(?:test|assess|measur|evaluat|check|monitor)\w* (?:you |your |the )?(?:\w+ )?(?:for (?:early|signs)"
        r"|brain health|cognitive (?:health|function|status)|mental health)",
        r"test(?:s|ed)? positive|prognos\w*|consistent with (?:a |an )?(?:\w+ )?(?:disorder|episode|decline"
        r"|impairment)|(?:cognitive|memory|brain) (?:screen|check-?up|health|tests?|function)",
        r"(?:see|ask|talk to|tell) (?:a|your) (?:doctor|neurologist|gp) about your (?:memory|score|results?|brain)"
        r"|early-stage|at risk",
    ),
    rule(
        "brain_claim",
        "No claim about the brain, its age or its cells.",
        r"(?:brain|cognitive|mental|biological|real|true|body|heart|fitness|memory"
        r"|inner)(?:'?s)?[- ]?ages?(?! group)|age of (?:your|the) (?:brain|mind)",
        r"(?:brain|mind|memory) (?:of|like) (?:a |an |someone )?(?:\w+ )?(?:\d+|twenty|thirty|forty|fifty|young"
        r"|teen|child|student)\w*",
        r"(?:younger|bigger|sharper|stronger|fitter|larger|healthier|faster|better|smarter) (?:brain|mind|memory)s?|"
        r"(?:brain|mind)s? (?:\w+ ){0,4}(?:younger|older|bigger|sharper|stronger|larger|faster|quicker|grows?"
        r"|expands?|shrink\w*|rejuvenat\w*)",
        r"years? younger|(?:look|feel|think|stay)\w* younger|turn\w* back (?:the |your )?(?:\w+ )?(?:clock|years"
        r"|time)|rejuvenat\w*|makes? you (?:smarter|sharper|cleverer|younger|brighter)|your iq|iq points?",
        r"(?:brain|nerve|grey|gray)[- ]cells?|neurons?|neuro(?:gen|plast|protect|chem)\w*|synap\w*|gr[ae]y matter"
        r"|white matter|hippocamp\w*|(?:pre)?frontal (?:cortex|lobe)|cortex|neural|dopamine|serotonin"
        r"|nerve (?:paths?|pathways?|connections?)",
        r"brain (?:tissue|volume|mass|power|boost\w*|health|fog|ag(?:e)?ing|growth|fitness|repair|upgrade"
        r"|connections?|circuits?|capacity|function\w*|performance|chemistry|pathways?|regions?)|brainpower",
        r"(?:re-?|new |fresh )?wir(?:ing|ed) (?:in|for) your (?:head|brain|mind)|re-?wir\w*|regrow\w*"
        r"|re-?program\w* (?:your |the )?(?:brain|mind)|(?:grow|build|create|forg|sprout)\w* (?:\w+ ){0,2}(?:brain"
        r"|neural|connections|pathways)|(?:wires?|cables?|sparks?|connections) in your (?:head|brain|mind)",
    ),
    rule(
        "brain_claim",
        "No promise, and no boast of proof.",
        r"leav\w* no doubt|no doubt (?:about it|that it works)|(?:before|better than|than) (?:your |any "
        r"|a )doctor(?:s|'s)?(?: does| can| could| would|[.!])",
        r"(?:clinically|scientifically|medically|doctor)[- ]?(?:proven|tested|shown|validated|certified|backed"
        r"|approved|recommended|verified|demonstrated|established|supported)",
        r"guarant\w*|prove[ns]? (?:to|that|beyond|it|results?|by)|proved (?:to|that|beyond)|beyond (?:any "
        r"|a )?doubt|that'?s science|it'?s science",
        r"(?:science|research|studies|trials?|scientists?|doctors?|experts?|neurologists?) (?:has |have "
        r"|all )?(?:prov\w*|confirm\w*|agree\w*|swear\w*|recommend\w*|guarantee\w*|(?:are|is) amazed|say it works"
        r"|hate)",
        r"money[- ]back|(?:100|hundred) ?(?:%|per ?cent) (?:effective|safe|proven|natural|success)|without fail"
        r"|never fails|(?:sure|certain) to work|works? (?:for everyone|every time|or your money)|"
        r"(?:promise|swear) (?:you|that|results)|we promise|results? (?:in|within) (?:just )?\w+ (?:days?|weeks?)"
        r"|fda",
    ),
)
