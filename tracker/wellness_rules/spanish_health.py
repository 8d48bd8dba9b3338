"""What Spanish texts must not say about health: BDNF, diseases, risks, diagnoses, the brain, and proof."""

from __future__ import annotations

from tracker.wellness_rules.rule import GAP, Rule, rule

_THE = r"(?:el|la|los|las|tus?|sus?|un|una|mi|nuestr[oa]s?|vuestr[oa]s?)"
_ORGANS = (
    r"(?:corazon|cerebro|memoria|mente|nervios|articulaciones|huesos|inmunidad|defensas|sistema inmun\w*|arterias?"
    r"|higado|pulmones|intestino|cognicion|neuronas)"
)
_ILL = (
    r"(?:enfermedad(?:es)?|trastornos?|dolencias?|padecimientos?|patologias?|afeccion(?:es)?|achaques?|males"
    r"|sindromes?"
    r"|(?:deterioro|declive)(?: cognitivo| mental)?|perdida de (?:la )?memoria|olvidos?|mala memoria|fragilidad"
    r"|dolor(?:es)?(?! (?:de|en el) pecho)"
    r"|estres|resfriados?|catarros?|gripes?|fiebre|envejecimiento|vejez|arrugas|canas|anos)"
)
_ACT = (
    r"(?:prev(?:en|ien|in)\w*|trat(?:a[nrs]?|ando|ad[oa]|e[ns]?|amientos?)(?! de)|cur(?:a[nrs]?|ando|ad[oa]|e[ns]?"
    r"|as?te)|san(?:a[nr]?|ando|en?)"
    r"|retras(?:a[nr]?|ando|e[ns]?)|retard(?:a[nr]?|ando|e[ns]?)|pospon\w*|aplaz\w*|rev(?:ert|iert|ers|irt)\w*"
    r"|fren(?:a[nr]?|ando|e[ns]?)"
    r"|ralenti\w*|det(?:en|ien)(?:e[nr]?|ga[ns]?)|prote[gj]\w*|combat\w*|evit(?:a[nr]?|ando|e[ns]?)|alivi\w*"
    r"|elimin\w*|erradic\w*|ahuyent\w*"
    r"|alej\w*|derrot\w*|venc(?:e[nrs]?|iendo|er\w*|i[oó])|venz\w*|super(?:a[nr]?|ando)|luch\w*|plant\w* cara"
    r"|libr(?:a|an|ar|arse|ate|ese|e)|escud\w*|antidoto\w*"
    r"|remedios?|terapias?|terapeutic\w*|inmun(?:e|idad) (?:a|contra|frente)|a salvo de|seguro contra|arma contra"
    r"|vacuna contra|blind\w*|mant\w* a raya|olvid(?:a|e|ate|ese|arse|arte|ate) del?|adios a|despid\w* del?)"
)
_LESS = (
    r"(?:redu[cz]\w*|redujo|disminu\w*|baj(?:a[nrs]?|ando|e[ns]?|o|aste)|rebaj\w*|minimi\w*|menor(?:es)?|menos"
    r"|recort\w*|ca(?:e[nr]?|yendo|yo)|atenu\w*|esfum\w*"
    r"|desplom\w*|aminor\w*|mitad|acort\w*|cort(?:a[nr]?|ando)|descend\w*|desciend\w*)"
)
_RISK = (
    r"(?:riesgos?|(?:probabilidad(?:es)?|posibilidad(?:es)?) de (?:tener|sufrir|padecer|desarrollar|enfermar|morir"
    r"|un|una)|peligro de)"
)
_PERHAPS = (
    r"(?:puede (?:ser )?que|pueda que|quizas?|tal vez|a lo mejor|es (?:muy )?(?:posible|probable) que|podrias?"
    r"|puedes?|pod[ei]s|capaz que|probablemente|posiblemente|seguramente|seguro que"
    r"|creemos que|pensamos que|sospechamos que|parece que|todo indica que|temo que|tememos que|indican? que"
    r"|sugieren? que|muestran? que)"
)

HEALTH: tuple[Rule, ...] = (
    rule(
        "bdnf_claim",
        "No claim about anybody's BDNF: only the disclaimer names it.",
        r"bdnf\w*|factor(?:es)? (?:neurotrof\w*|de crecimiento)|neurotrof\w*|fndc|(?:abono|fertilizante)s? (?:del"
        r"|para el|de tu|cerebral)\w*",
    ),
    rule(
        "disease_claim",
        "No text names a disease, save those that a safety line needs.",
        r"demencia\w*|dement\w*|senil\w*|alzh?eimer\w*|parkinson\w*|huntington|diabet\w*|pre-?diabet\w*"
        r"|cancer(?:es|oso|osa|igen\w*)?|tumor(?:es)?",
        r"hipertens\w*|(?:la |tu |su )?(?:presion|tension) (?:alta|arterial|sanguinea)|(?:baj\w*|sub\w*"
        r"|control\w*) (?:la|tu|su) (?:presion|tension)|colesterol|trigliceridos|azucar en (?:la )?sangre|glucosa"
        r"|glucemia|resistencia a la insulina|sindrome metabolico",
        r"(?:osteo)?artritis|artrosis|reuma\w*|osteopor\w*|esclerosis|epilep\w*|migranas?|jaquecas?|insomnio"
        r"|apneas? del sueno|asma(?:tic\w*)?|epoc|gota (?:y|en)|fibromialgia|ciatica|trombos\w*|aneurisma\w*"
        r"|anemi\w*|sarcopenia|eccema|psoriasis|lupus|glaucoma|cataratas?(?! del)|lumbago|lumbalgia",
        r"tdah|autis\w*|bipolar(?:idad)?|esquizo\w*|psicosis|depre|depres(?:ion|iones|iv[oa]s?)|deprimid[oa]s?"
        r"|ansiedad|ataques? de panico|neurodegenerat\w*|delirium|amnesia|covid\w*|neumonia|infeccion(?:es)?|virus"
        r"|gripe|gripa",
        r"ictus|derrames?(?: cerebral(?:es)?)?|infartos?|embolias?|ataques? (?:al corazon|cardiacos?"
        r"|cerebral(?:es)?)|insuficiencia (?:cardiaca|renal)|accidentes? cerebrovascular(?:es)?|acv",
        r"(?:deterioro|declive|deficit|trastorno|problemas?) (?:cognitiv[oa]s?|mental(?:es)?|de (?:la )?memoria)"
        r"|perdidas? de (?:la )?memoria|inflamaci\w*|antiinflam\w*|amiloide|arterias?|niebla mental|artrit\w*",
    ),
    rule(
        "disease_claim",
        "No claim that anything acts on a disease, decline or ageing.",
        r"temblores|palpitaciones|sofocos|(?:quita|borra|limpia|disuelve)\w* (?:la |las )?placas?",
        rf"{_ACT}\b{GAP}\b{_ILL}(?! (?:de mas|te lo|y dias))",
        rf"{_ILL}\b{GAP}\b(?:se {_ACT}|a raya|lejos|en remision|desaparec\w*|desvanec\w*|se (?:va|van|fue|ira|iran"
        r"|quita\w*|esfum\w*|pued\w* (?:cur|revert|preven|evit)\w*)|no tienen? nada que hacer)",
        r"(?:no|nunca|jamas) (?:te |se |vuelv\w* a |vas a |va a )?(?:enferm\w*|padecer\w*)|se te (?:quita|cura"
        r"|pasa)\w*|libr\w* de (?:la |los |las )?(?:enferm|achaq|mal)\w*",
    ),
    rule(
        "disease_claim",
        "No claim that anything heals, protects the body or prolongs life.",
        rf"(?:tu|su|tus|sus) {_ORGANS} (?:te |se |le )?(?:l[oa]s? )?(?:va\w* a )?(?:agradec|bendec)\w*"
        r"|inflamad[oa]s?|(?:muere|mueren|morir\w*|vive|viven) (?:mas (?:tarde|tiempo|anos)|antes|joven)",
        rf"(?:manten|mantien|conserv)\w* (?:\w+ )?(?:{_THE} )?{_ORGANS} (?:\w+ )?(?:joven|jovenes|agil|agiles"
        r"|san[oa]s?|fuertes?|en forma|despiert[oa]|limpi[oa]s?)|(?:manten|mantien|conserv)\w* (?:joven|agil"
        rf"|san[oa]|fuerte|despiert[oa]) (?:{_THE} )?{_ORGANS}|(?:en una|a una) residencia(?! de estudiantes)"
        r"|asilo de ancianos",
        r"anti-?(?:edad|envejecimiento)|longev\w*|esperanza de vida|viv(?:ir|e|as|iras|es|a"
        r"|an) (?:\w+ ){0,2}mas (?:anos|tiempo)|(?:sum|gan|anad|agreg|regal|alarg"
        r"|prolong)\w* (?:\w+ ){0,3}(?:anos? (?:a|de)|la|tu|su) (?:tu |su |la )?vida|muerte (?:temprana|prematura)"
        r"|mortalidad|envejec\w*|fuente de la (?:eterna )?juventud",
        r"(?:potenci|fortale[cz]|refuerz|reforz|mejor|proteg|protej|aument|agudi[zc]|afil|restaur|repar|san|cura"
        r"|curan|curar|limpi|destap|rejuvene[cz]|preserv|salv|estimul|activ|despiert|blind|cuid|conserv"
        rf"|recuper)\w* (?:la salud (?:de |del ))?(?:{_THE} )?{_ORGANS}",
        rf"buen[oa]s? para (?:{_THE} )?{_ORGANS}|(?:mejor|mas) (?:memoria|inmunidad|defensas)|sistema inmun\w*"
        r"|inmunidad|inmunologic\w*|defensas (?:altas|fuertes)|tus defensas|poder(?:es)? curativ\w*|curativ\w*"
        r"|sanador\w*|milagro\w*|(?:efectos?|poder(?:es)?|propiedades) medicinal(?:es)?|cura (?:todo|tod[oa]s|la"
        r"|el|los|las|tu|su|naturalmente)|cuando te cures|lo cura\w*|mantien\w* limpias",
        r"(?:no|nunca|jamas|sin) (?:te |se |le )?(?:olvid|perd)\w* (?:\w+ ){0,3}(?:nombres?|caras?|llaves|cabeza"
        r"|memoria)|(?:record|acord)\w* (?:\w+ ){0,2}(?:los nombres|el nombre|nombres) de|ya no (?:tiene|padece"
        r"|sufre|olvida)",
    ),
    rule(
        "risk_claim",
        "No claim that a risk is reduced.",
        rf"{_LESS}\b{GAP}\b{_RISK}",
        rf"{_RISK}\b{GAP}\b{_LESS}",
        r"(?:tus?|sus?|alto|bajo|mayor|menor|elevado) riesgos?|factor(?:es)? de riesgo|riesgos? (?:de (?!resbal"
        r"|lluvia|hielo|caida)|cardi\w*|cerebr\w*|vascular\w*)|(?:menos|mas) (?:propens|probab)\w*",
    ),
    rule(
        "diagnosis",
        "Nothing is diagnosed, screened for or detected.",
        r"(?:auto-?|pre-?)?diagnos\w*|detect(?!ive)\w*|criba(?:do|r|je)s?|tamiza(?:je|r|mos)|sintomas?"
        r"|sintomatic\w*|pronostic\w* (?:de|del|tu|su)",
        rf"{_PERHAPS}\b (?:usted |ya |vos |tu )?(?:est[ae]s?|te[nm]g?[aeo]s?\w*|tien\w*|tener|padec\w*|padez\w*"
        r"|sufr\w*|sea[ns]?|tu (?:memoria|cerebro|mente)|su (?:memoria|cerebro|mente))"
        r"(?! (?:(?:mas|otr[oa]s?|un|una|el|la|los|las|algo de|de) )*(?:tiempo|rato|ganas|paseos?|caminata"
        r"|conversacion|charla|dias?|opcion\w*|libros?|amig\w*|listo|lista|seguro|segura|lejos|cerca|en|bien)\b)",
        r"(?:senal(?:es)?|signos?|indici\w*|marcador(?:es)?|indicador(?:es)?) (?:de alarma|de alerta|tempran\w*"
        r"|de (?:un |una |algun |algo )?(?:problema|deterioro|declive|enferm\w*|dano|trastorno|mal|grave)\w*)"
        r"|banderas? rojas?|da(?:do|sar)? positivo|dio positivo|sufr(?:es?|is|en) (?:de|un|una|del)|padec(?:es?|en"
        r"|e usted|ido|er)|padez\w*",
        r"(?:memoria|cerebro|mente|resultados?|prueba|puntuacion|puntaje|cognicion) (?:\w+ ){0,6}?(?:normal(?:es)?"
        r"|anormal(?:es)?|san[oa]s?|dana\w*|deterior\w*|fallan(?:do)?|falla|problemas?|enferm\w*|alterad\w*"
        r"|por debajo de lo normal|declive)(?! en las| si)",
        r"(?:por debajo|por encima|debajo|encima|fuera|dentro) de (?:lo normal|la norma|la media|lo esperado"
        r"|los limites|lo habitual para)|anormal\w*|anomal\w*|alteracion(?:es)?|patologic\w*|clinicamente",
        r"(?:no hace falta|no necesitas?|no hay que|sin|en vez de|en lugar de|evit\w*|cancel\w*|ahorrate"
        r"|antes de) (?:que )?(?:ir |vayas? |ver |visitar |acudir )?(?:al|a la|a tu|a su|un|una|el|la|con el"
        r"|con tu) (?:medic[oa]|doctora?|neurolog[oa]|especialista|hospital|clinica)|(?:marcado|clasificad\w*"
        r"|identificad\w*) (?:\w+ )?(?:con|como|de) (?:alto )?riesgo",
        r"(?:evalua|mid|med|examin|analiz|comprob|chequ|revis|monitor)\w* (?:tu|su|la|el|tus"
        r"|sus) (?:salud (?:mental|cerebral|cognitiva)|memoria|estado (?:mental|cognitivo)|cerebro|mente|funcion"
        r"|cognicion)|(?:prueba|test|examen|chequeo|salud|funcion|rendimiento) (?:de (?:la )?memoria|cognitiv[oa]"
        r"|cerebral)|(?:parece|compatible con|propio de|coincide con) (?:un |una |el |la )?(?:trastorno|episodio"
        r"|enferm\w*|deterioro|problema)",
        r"(?:hable|habla|consulte|consulta|pregunte|pregunta) (?:a|con) (?:su|tu|un|una) (?:medic[oa]|doctora?"
        r"|neurolog[oa]) (?:sobre|por) (?:tu|su|estos?|est[ae]s?) (?:memoria|puntuacion|resultado|puntaje)\w*",
    ),
    rule(
        "brain_claim",
        "No claim about the brain, its age or its cells.",
        r"edad(?:es)? (?:del? (?:\w+ )?(?:cerebro|mente)|cerebral|mental|cognitiva|biologica|real|verdadera"
        r"|interior|corporal|del corazon)|(?:cerebro|mente|memoria)s? (?:de|como el de|como la de) (?:un |una "
        r"|alguien de )?(?:\w+ )?(?:\d+|veinte|treinta|cuarenta|cincuenta|joven|chaval|nin[oa]|muchach\w*"
        r"|adolescente|estudiante|veinteaner\w*)",
        r"(?:cerebro|mente|memoria)s? (?:\w+ ){0,4}?(?:jovene?s?|grandes?|agil(?:es)?|agud[oa]s?|fuertes?"
        r"|afilad[oa]s?|rapid[oa]s?|san[oa]s?|poderos[oa]s?|viej[oa]s?|mayor(?:es)? que|crec\w*|encog\w*"
        r"|rejuvenec\w*|despiert[oa]s?)|(?:anos|decada)s? (?:mas )?(?:joven|jovenes|menos en)"
        r"|(?<!alguien )(?<!gente )mas (?:list[oa]"
        r"|inteligente|joven)s?|(?:volver\w*|hac\w*|retroced\w*) (?:\w+ ){0,2}(?:atras (?:en el tiempo|el reloj)"
        r"|el reloj)|quit\w* (?:\w+ )?anos|rejuvene[cz]\w*|coeficiente intelectual",
        r"neuron\w*|neuro(?:gen|plast|protec|quim)\w*|sinap\w*|(?:materia|sustancia) (?:gris|blanca)|hipocamp\w*"
        r"|corteza (?:cerebral|prefrontal)|celulas? (?:cerebral(?:es)?|nerviosas?|del cerebro|grises)|dopamina"
        r"|serotonina|plasticidad|lobulos?",
        r"(?:salud|potencia|masa|volumen|tejidos?|funcion(?:es)?|rendimiento|conexion(?:es)?|circuitos?"
        r"|envejecimiento|capacidad|quimica|rutas?|region(?:es)?|fuerza|energia|reserva|actividad"
        r"|entrenamiento) (?:cerebral(?:es)?|neuronal(?:es)?|del cerebro|de tu cerebro)|(?:reserva|salud|funcion"
        r"|capacidad) cognitiva",
        r"reprogram\w*|re-?cable\w*|(?:cre|constru|forj|tien|hac|nac)\w* (?:\w+ ){0,3}(?:conexiones|cables|caminos"
        r"|circuitos) (?:\w+ ){0,2}(?:en (?:tu|su|el|la) (?:cabeza|cerebro|mente)|cerebral\w*|neuronal\w*)"
        r"|cables? (?:\w+ )?en tu (?:cabeza|cerebro)|superpoderes? mental\w*|supercerebro",
    ),
    rule(
        "brain_claim",
        "No promise, and no boast of proof.",
        r"no dejan? (?:lugar a )?dudas?|(?:antes|mejor|mas) que (?:tu|su|cualquier|el|un) (?:medic[oa]|doctora?)",
        r"(?:clinica|cientifica|medica)(?:mente)?(?: |-)?(?:mente )?(?:pro(?:b|v)|compro|demos|aval|valid|testead"
        r"|respald|certific|verific)\w*|(?:aval|respald|recomend|aprob|certific)\w* por (?:la ciencia"
        r"|(?:los )?(?:medicos|cientificos|expertos|doctores|neurologos)|estudios)|garanti\w*|garantia\w*",
        r"(?:la ciencia|los cientificos|los medicos|los expertos|los estudios|los doctores|los neurologos|medicos"
        r"|estudios|ensayos) (?:\w+ )?(?:lo )?(?:prueb|prob|demuestr|demostr|confirm|asegur|recomiend|avala"
        r"|coincid|dicen que funciona|odian)\w*|es ciencia|esta (?:probado|demostrado|comprobado)"
        r"|ha(?:n)? (?:demostrado|probado|comprobado) (?:que|sin)|(?:probad|demostrad|comprobad)[oa]s? (?:que|por"
        r"|para|sin|y)|sin (?:ninguna |lugar a )?dudas?|fuera de toda duda",
        r"devol\w* (?:el|tu|su) dinero|devuelv\w* (?:el|tu|su) dinero|(?:100|cien) ?(?:%|por ciento) (?:efectiv"
        r"|eficaz|segur|natural|probad|garanti)\w*|nunca falla|no falla|infalible|(?:le )?funciona (?:a|para"
        r"|con) tod\w*|te (?:lo )?(?:promet|jur)\w*|(?:lo )?prometemos|resultados? (?:en|asegurad\w*"
        r"|garant\w*) ?(?:\w+ )?(?:dias|semanas)?",
    ),
)
