"""What Spanish texts must not say about habits: products, drugs, diets, alcohol, weight, and anything that shames."""

from __future__ import annotations

from tracker.wellness_rules.rule import GAP, Rule, rule

_PILLS = (
    r"(?:pastillas?|pildoras?|capsulas?|comprimidos?|grageas?|perlas?|gomitas?|gominolas?|polvos?|gotas|ampollas?"
    r"|inyecci\w*|jarabes?|parches?|sobres)"
)
_FOODS = (
    r"(?:carbohidratos?|hidratos|carbos|azucar(?:es)?|gluten|lacteos|harinas?|pan|arroz|pastas?|papas|patatas"
    r"|tortillas|grasas?|carnes?|dulces|postres?|refrescos)"
)
_MEALS = r"(?:desayunos?|comidas?|almuerzos?|cenas?|meriendas?|postres?)"
_MASS = (
    r"(?:peso|grasas?|kilos?|kilitos?|libras|gramos de grasa|centimetros|tallas?|barriga|panza|michelines|cintura"
    r"|lonjas?|llantitas|rollitos|pancita|tripa|abdomen|papada)"
)
_OTHERS = (
    r"(?:l[oa]s demas|l[oa]s otr[oa]s|otr[oa]s|nadie|tod[oa]s|la mayoria|el resto|tus? (?:amig\w*|vecin\w*|equipo"
    r"|grupo|companer\w*|herman\w*)|sus? (?:amig\w*|vecin\w*|equipo|grupo|companer\w*|herman\w*)|el promedio"
    r"|la media|la gente|otras personas|cualquiera)"
)

HABITS: tuple[Rule, ...] = (
    rule(
        "product",
        "No supplement.",
        r"(?:tom|prueb|prob|ingier)\w* (?:\w+ )?omega",
        r"suplement\w*|complementos? (?:para|de|aliment\w*|vitamin\w*|nutricional\w*|diet\w*)|nutraceutic\w*"
        r"|capsulas?|comprimidos?|grageas?|dosis|micro-?dosis|dosific\w*|\d+ ?(?:mg|mcg|ui)|mg|mcg|miligramos?"
        r"|microgramos?",
        r"(?:multi-?)?vitamin\w*|b-?12|b-?6|complejo b|nootrop\w*|melatonina|magnesio|zinc|cinc|creatina|colageno"
        r"|resveratrol|curcumina|ashwagandha|gingko|ginkgo|ginseng|melena de leon|rodiola|bacopa"
        r"|hierba de san juan|cbd|aceite de (?:pescado|krill|canamo|higado de bacalao)|probiotic\w*",
        rf"{_PILLS} de (?:\w+ )?(?:omega|hierro|calcio|proteina|ajo|curcuma|cafeina|aceite|hierbas|energia)\w*"
        r"|(?:proteinas?|omega ?-?3|hierro|calcio|verduras|espirulina) en (?:polvo|pastillas?|perlas|gotas)"
        r"|(?:toma|bebe|prueba|prepara|tomate|anade|un) \w* ?(?:batidos?|licuados?) (?:de proteinas?|proteic\w*)"
        r"|en polvo al|bajo la lengua|hierro de una|gomitas|gominolas (?:de|con)",
    ),
    rule(
        "product",
        "No drug, and no word on anybody's treatment.",
        r"medica(?:ment\w*|cion|ciones|d[oa]s?)|farmac\w*|drogas?|pildoras?|pastill(?:a|as|ita|itas|ero)|(?:media"
        r"|una|dos|\d+) tabletas? (?:de (?!chocolate|turron)|al dia|cada|antes|con|para)|remedios?|medicinas?"
        r"|recet(?:aron|ado|ada|o) (?:tu|su|el|la)?|te recet\w*|le recet\w*|efectos? secundarios?|prescri(?:b|p"
        r"|t)\w*|contraindic\w*",
        r"dej(?:a|ar|es|e|ar|ando|en|ate) de tomar|(?:dej|abandon|suspend|cancel|interrump|salt|reduc|reduzc|olvid"
        r"|prescind|sustitu|cambi|bot|tir)\w* (?:\w+ ){0,2}?(?:tratamientos?|terapias?|inyecci\w*|insulina"
        r"|inhalador|medic\w*)",
        r"aspirinas?|paracetamol|acetaminofen|ibuprofeno|naproxeno|estatinas?|metformina|insulina|semaglutida"
        r"|ozempic|wegovy|warfarina|sintrom|anticoagulantes?|betabloque\w*|diuretic\w*|antibiotic\w*"
        r"|antidepresiv\w*|ansiolitic\w*|sedantes?|somnifer\w*|analgesic\w*|opioides?|opiaceos?|morfina"
        r"|esteroides?|inhalador(?:es)?|antihistaminic\w*|laxantes?|anabolizantes?",
        r"prozac|valium|viagra|ritalin\w*|adderall|modafinilo?|donepezilo?|memantina|litio|cannabis|marihuana|thc"
        r"|cocaina|psilocibina|hongos magicos|lsd|ketamina|nicotina|cigarr(?:os?|illos?)|vape\w*|terapia hormonal"
        r"|hormonas?|quimio\w*|vacuna(?:s|rte|rse|te|cion)",
        # The endings that names of medicines have.
        r"\w{2,}(?:azepam|azolam|vastatina|sartan|opril|oxetina|cilina|micina|glutida|gliptina|formina|profeno"
        r"|prazol|triptilina|dipino|mab)",
    ),
    rule(
        "product",
        "No regimen: no fasting, no diet, nothing to leave out.",
        r"(?:horas|dias?|tarde|noche|manana) sin (?:comer|comida|probar bocado)|sin (?:comer|probar) (?:nada|bocado)",
        rf"(?:cambi|sustitu|reempla|troc)\w* (?:el |la |tu |su |un |una )?{_MEALS} por|nada de {_FOODS}|(?:alej"
        rf"|mantente lejos|apart)\w* del? (?:l[oa]s? )?{_FOODS}",
        r"ayun(?:[oa]s?|ar|ando|e[ns]?|ad[oa]s?|aste|es|emos)|(?:\d\d:\d|5:2)(?=[ .,!?]|$)(?! ?h)"
        r"|ventanas? (?:de (?:\d|alimentacion|comida|ingesta)|para comer)|(?:una|sola) comida al dia|omad",
        r"keto\w*|cet(?:o|osis|ogenic\w*|onas?)|paleo(?:litica|dieta)?|carnivora|atkins|dukan|whole ?30|(?:bajo"
        r"|baja|bajos|bajas|sin|cero|pocos|poca) (?:en )?(?:carbohidratos|carbos|hidratos)|dietas? (?:milagro"
        r"|liquida|detox|estricta|relampago|de choque|de la|del|para|hipo\w*|baja|keto|blanda|express)|(?:a|de"
        r"|pon\w* a|empez\w* (?:a |la |una )?|empiez\w* (?:la |una )?|hac\w* (?:la |una )?|segu\w* (?:la |una )?"
        r"|sigu\w* (?:la |una )?|tu) dieta(?! mediterranea| de control)|dietas? (?:estrictas?)|rutina de dieta",
        r"(?:cort(?:a|ar|e|en|ale|arle)|elimin\w*|quit(?:a|ar|e|ale|arle|ate)|dej(?:a|ar|e|en|ate)|suprim\w*"
        r"|evit\w*|recort\w*|prohib\w*|abandon\w*|renunci\w*|despid\w*|despedi\w*|olvid\w*|reduc\w*"
        r"|reduzc\w*)(?: de comer)?(?: a| con| de)? (?:l[oa]s? |el |todo el |tod[oa]s l[oa]s |tus? "
        rf"|del? )?{_FOODS}",
        r"(?:salt\w*|quit(?:a|ate|ese|ar|arse|arte)|elimin\w*|olvid\w* de|deja|deje|sin|omit\w*|suprim\w*"
        r"|prescind\w*|reemplaz\w*|sustitu\w*) (?:de )?(?:el |la |las |los |tu |su |un "
        rf"|una )?{_MEALS}(?! (?:registrad\w*|anotad\w*|todavia|aun))|no (?:cen|desayun|almuerc|almorz|merend"
        r"|meriend)\w*|no (?:com\w*|ingier\w*|prueb\w*) (?:nada )?(?:despues|antes|hasta|a partir|pasad\w*|desde"
        r"|mas alla)|nada (?:mas )?(?:que|de) (?:agua|comida|comer|caldo|jugo|zumo)|(?:solo|puro|pura) (?:agua"
        r"|caldo|jugos?|zumos?)|nada despues de las|a base de (?:agua|jugos?|zumos?|batidos)",
        rf"(?:ni|sin|cero|nada de) {_FOODS},? (?:ni|y sin|y nada)|(?:semana|mes|dia|reto) sin {_FOODS}|(?:com"
        r"|cen)(?:e|a|er|ar|as|es|iendo) (?:la mitad|menos)|porciones (?:mas )?(?:pequenas|chicas)|(?:qued|acuest"
        r"|and|aguant|pas)\w* (?:\w+ )?(?:con |el )?hambre|apetito|restric\w*|restring\w*",
    ),
    rule(
        "product",
        "No word on alcohol, for or against.",
        r"(?:el|un|del|al|con|sin|tu|su|mas|menos|este|ese|buen|cada|otro|ni|beb\w*|tom\w*|(?<!vinagre )de|poco de"
        r"|y|o) vino(?! (?:a|quien|tu|ayer|de visita)\b)|vinos|vin(?:o|ito)s? (?:tinto|blanco|rosado|espumoso)s?"
        r"|vinito|tinto de verano|alcohol\w*|cerve[cz]\w*|licor(?:es)?|bebidas? (?:fuertes?|espirituosas?)|(?:un"
        r"|copa de|vaso de) (?:rosado|tinto)",
        r"ginebra|gin-?(?: )?tonics?|ron|vodka|whisk(?:e)?y|whiskies|guisqui|tequila|mezcal|pisco|brandy|conac"
        r"|(?:un|del?|con|el|tu|sirv\w*|beb\w*|abr\w*|brind\w* con|mas) cava|champan|champagne|prosecco|rioja"
        r"|ribera del duero|jerez|vermu[ht]?|martinis?|mojitos?|margaritas? (?:de|con|helada|al)|sangria|cubatas?"
        r"|cuba libre|caipirina|fernet|aguardiente|orujo|anis del|sidra|michelada|pulque|chel(?:a|as)|birras?"
        r"|chupit\w*|(?:un|unos|dos|el|los|otro|de|tu) cocteles?(?! de (?:mariscos|camaron\w*|frutas?|gambas))"
        r"|cubalibres?|carajillo|calimocho|chicha de",
        r"(?:una|otra|unas|dos|tres|tu|la) can(?:it)?as?(?= |[.,!?])(?! (?:de azucar|de pescar|de bambu))|(?:una"
        r"|otra|dos|tres|la|tu|unas|de|media|mas de una) cop(?:a|as|ita|itas)(?= (?:de (?:vino|cava|tinto|blanco"
        r"|champan|mas|licor|ron|brandy|rosado|jerez)|al dia|por (?:la )?noche|cada|no|esta|antes|despues|mientras"
        r"|para|y|o|con (?:la|el|los|tu|tus|amig\w*)|a la)\b|[.,!?;:]|$)|(?:un|otro|dos|el|los|unos) trag(?:o|os"
        r"|uito|uitos)(?! de (?:agua|te|cafe))|brind(?:a|ar|e|emos|en|es)|borracher\w*|estar? borrach[oa]"
        r"|emborrach\w*|resac\w*|sobri[oa]s?|sobriedad|abstemi\w*|enero seco|happy hour|beb(?:er|e|a|as|es"
        r"|iendo) (?:\w+ )?(?:con moderacion|menos|un poco)|tom(?:a|ar|as|es|arse|ate) (?:con moderacion|unas"
        r"|una copa|unos tragos)|unas copas|bebedor\w*",
    ),
    rule(
        "body",
        "Nothing that cleanses the body.",
        r"depurativ\w*|depura(?:r|n|cion|te)?|toxinas?|toxic[oa]s?|des-?intoxic\w*|de-?tox\w*|limpi(?:a|ar|eza"
        r"|e) (?:de colon|tu cuerpo|el cuerpo|tu organismo|el organismo|el higado|interna|por dentro)|purg\w*"
        r"|purific\w*|reinici\w* (?:tu|el) (?:cuerpo|metabolismo)",
    ),
    rule(
        "body",
        "Nothing about calories.",
        r"(?:hipo)?calori\w*|kcals?|kilojulios?|quem(?:a[nrs]?|aste|ando|e[ns]?|a-?grasas?|emos|ado (?:\d+|tantas"
        r"|mas)|o (?:\d+|el doble))(?! (?:la tostada|el arroz|la lena))|derrit\w*|derret\w* (?:\w+ )?grasa"
        r"|deficit (?:energetico|de)|metabolismo|gasto energetico|balance energetico",
    ),
    rule(
        "body",
        "Nothing about weight, shape or looks.",
        r"cinturon(?:es)? (?:\w+ ){0,3}(?:agujeros?|floj\w*|aprieta\w*)|agujeros? (?:\w+ )?(?:al|del"
        r"|en el) cinturon|una talla (?:antes|menos)",
        r"cuerpazo|tipazo|(?:luc|presum|ensen|marc)\w* (?:\w+ )?(?:cuerpo|cuerpazo|tipo|figura|abdominales"
        r"|musculos)|(?:te ves|te queda|verte|verse) (?:\w+ )?(?:en (?:banador|traje de bano|bikini)|desnud[oa])",
        r"(?:perd(?!iz)\w*|pierd\w*|elimin\w*|rebaj\w*|reduc\w*|reduzc\w*|redujo|afin\w*|controla\w*|vigil\w*"
        r"|adios a|despid\w*|despedi\w*|baj(?:a[nrs]?|aste|ando|es?|o|en|arle|ale)(?: de| unos| algun\w*| un\w*"
        r"| \w+ (?:kilos|kilitos|libras))|engord\w*|suelt\w*|tonific\w*|moldea\w*|marca tu|quit\w*) (?:de "
        r"|algo de |un poco de |un par de |mas |tu |el |la |tus |los |las |esos |esa |un[oa]s |algun[oa]s |\d+ "
        rf"|dos |tres |cinco |diez |ese |a )*{_MASS}(?! de (?:papas|manzanas|tomates|naranjas|un pie))",
        r"(?:peso|kilos|kilitos|grasa|barriga|panza|michelines) (?:que )?(?:se |te |lo |los |la )?(?:pierd\w*"
        r"|perd\w*|baj\w*|derrit\w*|van|va|ir[aá]n?|desaparec\w*|esfum\w*|quit\w*|elimin\w*)|imc|masa corporal"
        r"|(?:indice|porcentaje) de (?:masa|grasa)|grasa (?:corporal|abdominal|visceral)|(?:tus?|menos|menor"
        r"|exceso de|control de(?:l)?|perdida de|de tu|con tu) (?:peso|kilos|grasa)(?! (?:de un pie|en un pie"
        r"|corporal|sobre|al otro|hacia))|bajar? de peso|subi\w* de peso|sub(?:e|es|as|ir) de peso|gan\w* peso"
        r"|(?:kilos|libras) (?:de mas|de menos|menos|se van|que sobran)|peso (?:ideal|saludable|objetivo|meta"
        r"|deseado)|sobrepeso|obes\w*|engord\w*|adelgaz\w*|esbelt\w*"
        r"|(?<!libro )(?<!rodajas )(?<!rebanadas )(?<!capa )(?<!tiras )delgad(?:a|o|as|os|ez)(?= |[.,!?]|$)"
        r"|flac[oa]s?|(?:est|qued|pon|te ves|luc|eres|sos|tan|muy|mas|seas)\w* (?:\w+ )?gord(?:a|o|as|os|it[oa]s?)"
        r"|gordura|rellenit[oa]s?|celulitis|michelines|lonjas|panzon\w*|barrigon\w*|barriga|panza"
        r"|cintura (?:de avispa|estrecha|fina)",
        r"(?:la|una|tu) (?:bascula|balanza)|basculas?|pesate|pesese|pesarse|pesarte|pesese|te pesas(?:te)?|pesaje"
        r"|(?:operacion|cuerpo|tipo|en|lista|listo|para el|temporada de) (?:de |para el )?(?:biquini|bikini)"
        r"|cuerpo (?:de verano|de playa|escultural|sonado|perfecto|10|diez)|vientre plano|abdomen plano"
        r"|abdominales marcados|talla (?:menos|de pantalon|mas pequena)|(?:cab"
        r"|entr)\w* (?:\w+ ){0,2}en (?:\w+ )?(?:pantalon\w*|vaqueros|vestido|jeans|ropa|traje)|(?:tus|esos"
        r"|los) (?:vaqueros|jeans|pantalones) (?:\w+ ){0,3}(?:agradec\w*|queda\w*|cierr\w*|entr\w*|apriet\w*"
        r"|floj\w*)|figura (?:esbelta|de)|silueta|lucir (?:tipo|figura|cuerpo)",
    ),
    rule(
        "body",
        "Nothing about deserving food, paying for it, or food that is bad.",
        r"(?:no hay|sin|nada de|te quedas sin) (?:postre|pastel|torta|helado|chocolate|dulces?|premio) (?:hasta"
        r"|si no|sin|antes)|sin (?:\w+ )?(?:pasos|paseo|ejercicio),? no hay|(?:helado|pizza|pastel|torta"
        r"|papas fritas|patatas fritas|hamburguesa|chocolate|galletas) otra vez",
        r"(?:es|son) (?:el|la|los|las|tus?|sus?) (?:\w+ )?enemig[oa]s?",
        r"gana(?:r|rte\w*|rse\w*|ste|te\w*|rtelo)|gane(?:se\w*|nse)|te (?:l[oa]s? )?(?:has ganado|habes ganado"
        r"|ganas|ganaste)|se (?:l[oa]s? )?(?:ha ganado|gano)|(?:te|se) (?:l[oa]s? )?merec(?:es?|ias?|iste|io|en)"
        r"|merecid[oa]s?|tramp(?:as?|os[oa]s?|ear|easte)|culpa(?:s|ble|bles|bilidad|r|rte)?|remordimientos?"
        r"|arrepent\w*|arrepient\w*|pecad\w*|pec(?:aste|ar|aminos\w*)|tentaci\w*|atrac(?:on|ones|aste)|empach\w*"
        r"|gul(?:a|os\w*)|gloton\w*|tragon\w*|capricho culpable|te pasaste(?! por)|te has pasado|excesos?"
        r"|se paso con|atibor\w*|antojos? culpable\w*",
        r"(?:comidas?|alimentos?|bocados?|comiste|grasas?|meriendas?) (?:muy )?(?:mal[oa]s?|basura|chatarra"
        r"|prohibid[oa]s?|toxic[oa]s?|suci[oa]s?|insan[oa]s?|dañin[oa]s?|danin[oa]s?|poco saludables?)|comiste mal"
        r"|mal[oa]s? (?:comidas?|alimentos?)|(?:es|son) (?:\w+ )?veneno|veneno|prohibid[oa]s?|porquerias?"
        r"|poco saludables?|te hac\w* dano",
        r"(?:camin|corr|nad|bail|pedal|salt|sud|ejercit|entren)\w* para (?:bajar|quemar|compensar|quitar|pagar"
        r"|merec|gan|eliminar|borrar)\w*|(?:compens|pag|expi|borr)\w* (?:\w+ ){0,3}(?:pastel|pizza|bollo|helado"
        r"|postre|papas|cena|comida|hamburguesa|atracon|dulces?|excesos?|tarta|torta|ayer|anoche|cinta|fritas)"
        r"|luego (?:las|los|lo|la) pag\w*|(?:es|son|equivale\w*|cuesta\w*|valen?|=) (?:\w+ ){0,3}(?:minutos?"
        r"|horas?|kilometros?|vueltas|pasos|km) (?:de|en) (?:la )?(?:cinta|caminadora|trotadora|carrera|correr"
        r"|trote|bici\w*|eliptica|gimnasio|piscina|caminata|nadar)|sin (?:paseo|ejercicio|caminar),? (?:no hay|sin"
        r"|nada de) (?:\w+ )?(?:postre|cena|pastel|torta|dulce)|(?:premi|castig)\w*",
    ),
    rule(
        "shame",
        "Nothing that says somebody fell short.",
        r"(?:dias|semanas) (?:seguid[oa]s )?(?:sin (?:hacer )?nada|perdid[oa]s|desaprovechad[oa]s)|ay,? ay"
        r"|que verguenza",
        r"fracas\w*|fall(?:aste|ado|ar|o|amos|arte)(?= |[.,!?]|$)|(?<!las )fallas(?! de)|vag(?:[oa]s?|ueria|uear"
        r"|anci\w*)|perez(?:a|os[oa]s?)|flojer\w*|floj(?:o|a|ear|azo|on\w*)(?=[ .,!?])(?! (?:de|el|la))|holgaz\w*"
        r"|haragan\w*|(?:no seas|tan|muy|que|eres|un|una) gandul(?:a|es)?|sedentari[oa]s?|verguenza\w*|avergon\w*"
        r"|avergu\w*|decepcion\w*|desilusion\w*|defraud\w*|patetic\w*|inutil(?:es)?|inaceptable|imperdonable"
        r"|perdedor\w*|debilucho|sin voluntad|fuerza de voluntad|(?:auto)?disciplina|indisciplin\w*|excusas"
        r"|ninguna excusa|pretextos?|sin excusa|lastima|que pena|que triste|que desastre|desastr\w*|mediocre\w*"
        r"|penos[oa]s?|lamentable\w*|vergonzos[oa]s?|pobre (?:semana|resultado|esfuerzo|puntuacion|puntaje)"
        r"|desperdici\w*|malgast\w*|recaid\w*|reca(?:er|ido|iste)|tropez\w*|descuid(?:o|aste|ado)",
        # Only as in no more than that: not the walk that somebody takes alone.
        r"(?:tan )?solo (?:te |has |se |un |una )?(?:\w+(?:aste|iste|ado|ido)|\d+|una?|dos|tres|cuatro|cinco|seis"
        r"|es|son|fue|fueron|diste|hay)|solamente|unicamente|apenas (?:\w+(?:aste|iste|aron)|\d+|un|una|dos|diste"
        r"|te|has|llegas)|a duras penas|nada mas que (?:un|una|\d+)|ni siquiera|ni (?:\w+ )?(?:minutos?|pasos?"
        r"|dias?|paseos?|sesion(?:es)?) \w+(?:aste|iste|as|es)|no es ni|ni (?:te )?molest\w*|ni un(?:a)? (?:solo"
        r"|sola|triste)|de verdad te importa|te importa (?:tan )?poco|en serio\?|¿en serio|(?:fall\w*|no|nada"
        r"|tarde|poco) otra vez|otra vez (?:sin|has|te quedaste|no)|nada\. |cero\. |lo minimo|podrias haber"
        r"|deberias|debias|tendrias que|tenias que haber|(?:pud|podr)i(?:ste|as) (?:hacer|haber) (?:mas|mejor"
        r"|hecho)|esforz\w* mas|esfuerza\w* mas|esperabamos (?:mas|que|otra)|no (?:es|fue|basta|alcanza"
        r"|te alcanza) (?:\w+ )?(?:suficiente|bastante)|insuficiente|no (?:diste la talla|estas? a la altura"
        r"|llegaste|cumpl\w*|lograste|alcanzaste|lo conseguiste|pudiste)|incumpl\w*|faltaste|falto a"
        r"|te (?:saltaste|rendiste|dejaste(?! llevar)|olvidaste|rajaste|descuidaste|dormiste)|abandonaste"
        r"|por que no (?:caminaste|registraste|hiciste|vas|sos|eres|cumples)|si de verdad|si realmente"
        r"|te quedaste (?:corto|corta|en el sof\w*|sentad\w*|tirad\w*)|levant\w* (?:\w+ )?del (?:sof\w*|sillon)"
        r"|teleadict\w*|tirad[oa] en el|(?:peor|mala|malisima|terrible|horrible|fatal|pesima) (?:semana|dia"
        r"|puntuacion|marca|resultado|habitos?|nota|puntaje)|mal (?:dia|resultado|habito)|peor que"
        r"|mal[oa] (?:chic[oa]|nin[oa])|muy mal|quedar mal|tirar la toalla|echaste a perder|lo arruinaste"
        r"|arruin\w*",
        r"(?:romp|rot|perd|pierd|arruin|cort|acab|termin|muer|mori|salv|mant|manten|conserv|peligr|reinici|quebr"
        rf"|fin de|adios a|cuid)\w*\b{GAP}\brachas?(?! de viento)|rachas?(?! de viento)\b{GAP}\b(?:rot[oa]s?"
        r"|romp\w*|perd\w*|pierd\w*|cort\w*|acab\w*|termin\w*|muer\w*|mori\w*|peligr\w*|esfum\w*|cero|fin|adios"
        r"|interrump\w*|quebr\w*|viva|reinici\w*|vol\w*)|(?:tu|su|esta|mejor|larga) rachas?|rachas? de (?:\d+"
        r"|\w+ (?:dias|semanas)|dias|semanas|registros)|cadena de (?:\w+ )?(?:dias|semanas)",
    ),
    rule(
        "shame",
        "Nothing that compares with others.",
        r"tod[oa]s (?:en|l[oa]s de) (?:tu|su) (?:grupo|equipo|clase|barrio)|(?:todos|todas"
        r"|todo el mundo) (?:\w+ ){0,4}menos (?:tu|vos|usted)",
        r"(?:vas|va|estas|esta|quedas|quedaste|quedado|quedando|quedar(?:te|se)?|quedes|sigues|te dej\w*) (?:muy "
        r"|mas |un poco |por )?(?:atras|detras)|rezag\w*|rankings?|clasificaci(?:on|ones) (?:general|semanal"
        r"|del? )|tablas? de (?:posiciones|lideres|clasificacion|honor)|podio|liderazgo semanal|(?:primer|segundo"
        r"|tercer|cuarto|quinto|ultimo) (?:puesto|lugar)|puestos? \d+|posicion(?:es)? \d+|(?:ultim"
        r"|peor)[oa]s? (?:de|del|en) (?:tu|su|la|el|los|las|equipo|grupo|todos|clase) ?(?:equipo|grupo|clase|lista"
        r"|tabla|todos|companer\w*)?(?= |[.,!?])(?! (?:semana|pagina|mes|novela|ano|parada))|sos (?:el"
        r"|la) (?:ultim|peor)[oa]|eres (?:el|la) (?:ultim|peor)[oa]|a la cola|farolillo rojo|percentil",
        rf"(?:por )?detras de {_OTHERS}|(?:mejor|peor|mas|menos|como|igual) (?:\w+ ){{0,2}}?que {_OTHERS}"
        rf"|que (?:tus|sus) (?:vecin|amig|companer|herman)\w*|compar\w* (?:te |se )?con {_OTHERS}"
        rf"|a diferencia de {_OTHERS}|{_OTHERS} (?:ya |si |te )+(?:\w+ ){{0,2}}?(?:registr|camin|super|gan|pud|logr"
        r"|complet|hic|cumpl|lo|adelant|pas)\w*|(?:hasta|incluso) (?:el|la|tu|su|mi|un"
        rf"|una) (?:\w+ ){{1,3}}(?:registr|camin|pued|hiz|hac|logr|and)\w*|(?:personas|gente|mujeres"
        r"|hombres) de (?:tu|su) edad (?:\w+ )?(?:hac|camin|logr|regis|pued|entren)\w*|mas que (?:vos|tu|usted)"
        r"|te (?:superan?|ganan?|adelantan?|adelanto|supero|gano)",
    ),
)
