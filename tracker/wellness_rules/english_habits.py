"""What English texts must not say about habits: products, drugs, diets, alcohol, weight, and anything that shames."""

from __future__ import annotations

from tracker.wellness_rules.rule import GAP, Rule, rule

_PILLS = (
    r"(?:pills?|tablets|capsules?|gummies|gummy|softgels?|lozenges?|powders?|shots?|drops|injections?|patch(?:es)?"
    r"|tinctures?|syrups?)"
)
_FOODS = (
    r"(?:carbs?|carbohydrates?|sugars?|gluten|dairy|flour|bread|rice|pasta|potato(?:es)?|fats?|meat|starch\w*"
    r"|snacks?|desserts?|sweets)"
)
_MEALS = r"(?:breakfast|lunch|dinner|supper|meals?|dessert|snacks?)"
_MASS = (
    r"(?:weight|fat|pounds?|lbs?|kilos?|kgs?|kilograms?|stones?|inch(?:es)?|belly|tummy|flab|love handles"
    r"|muffin top|paunch|gut|spare tyre|bulge)"
)
_OTHERS = (
    r"(?:others?|other (?:people|participants|users|members)|most(?: people| participants| users)?|everyone"
    r"|everybody|anyone|your (?:friends?|neighbou?rs?|team|group|peers|sister|brother|age group)|the (?:rest"
    r"|average|others|group|team)|average|people your age)"
)
_DRINKS = (
    r"(?:gin|rum|vodka|whisk(?:e)?ys?|tequila|mezcal|brandy|cognac|bourbon|champagne|prosecco|rioja|merlot"
    r"|chardonnay|cabernet|sauvignon|pinot|sherry|vermouth|martinis?|mojitos?|margaritas?|sangria"
    r"|lagers?|pilsner|(?<!ginger )ales?|bubbly|aperol|spritz|absinthe|schnapps|sake|mead|liquors?|liqueurs?"
    r"|(?<!fruit )(?<!juice )(?<!shrimp )(?<!prawn )(?<!seafood )cocktails?(?! (?:sauce|tomato)))"
)
_TELLS = (
    r"(?: (?:is|are|was|counts?|can|may|will|won'?t|do|does|don'?t|helps?|makes?|tastes?|in|after|before|with your"
    r"|tonight|o'clock|every|lovers?|for)\b|(?=[.!?]))"
)

HABITS: tuple[Rule, ...] = (
    rule(
        "product",
        "No supplement.",
        r"fish oil (?:once|twice|every|a day|per day|and)|(?:take|taking|try|pop|swallow)\w* (?:\w+ )?omega",
        r"supplement\w*|nutraceutical\w*|capsules?|dos(?:e|es|age|ages|ing)|micro-?dos\w*|mega-?dos\w*|\d+ ?(?:mg"
        r"|mcg|iu)|mg|mcg|milligrams?|micrograms?",
        r"(?:multi-?)?vitamins?|(?:vitamin )?b-?(?:6|12)|b-complex|nootropics?|smart drugs?|melatonin|magnesium"
        r"|zinc|creatine|collagen|resveratrol|curcumin|coq ?10"
        r"|ashwagandha|gingko|ginkgo(?! nuts)|ginseng|(?<=[a-z] )lion'?s mane|rhodiola|bacopa|st\.? john'?s wort"
        r"|cbd|hemp oil|(?:cod liver|krill) oil|probiotics?|antioxidant (?:blend|complex)",
        r"(?:omega-?3s?|iron|calcium|greens?|diet|caffeine|herbal|memory|brain|sleeping"
        rf"|sleep) {_PILLS}(?! hitters?)",
        r"(?:protein powders?|fish oil)(?: (?:in|on|after|before|for|to|every|helps?|does|is|are|daily"
        r"|with your)\b|(?=[.!?]))|(?:your|some|of|take|try|add|a|more|with|and|buy) (?:protein powders?|fish oil)"
        r"|(?:protein|garlic|turmeric|fish|fish oil) (?:pills?|tablets)|softgels?|under (?:the|your) tongue|(?:a "
        r"|one |two |\d+ )?tablets? (?:of|a day|daily|with|every|before|after)|half a tablet|(?:from|in|as"
        r"|with) (?:a |an )?(?:tablets?|pill|powder) (?:if|instead|form|form|every|each|now)",
    ),
    rule(
        "product",
        "No drug, and no word on anybody's treatment.",
        r"medications?|medicines?(?!-? ?balls?)|medicated|meds|drugs?|pills?|prescri\w*(?! (?:sun)?glasses)"
        r"|pharma\w*|side[- ]effects?"
        r"|over-the-counter|antidotes?",
        r"(?:stop|quit|skip|ditch|come off|drop|halv\w*|reduce|replace|cancel|forget|bin) (?:taking"
        r"|(?:\w+ )?your (?:\w+ )?(?:treatment|therapy|tablets?|injections?|insulin|inhaler))",
        r"aspirin|paracetamol|acetaminophen|tylenol|advil|aleve|ibuprofen|naproxen|statins?|metformin|insulin"
        r"|semaglutide|ozempic|wegovy|mounjaro|warfarin|blood thinners?|anticoagulants?"
        r"|beta[- ]?blockers?|diuretics?|antibiotics?|anti-?depressants?|ssris?|sedatives?|sleeping (?:aid"
        r"|tablet)s?|painkillers?|opioids?|opiates?|morphine|steroids?|inhalers?|antihistamines?|laxatives?",
        r"prozac|zoloft|xanax|valium|viagra|ritalin|adderall|modafinil|aricept|donepezil|memantine|lithium"
        r"|cannabis|marijuana|thc|cocaine|psilocybin|magic mushrooms|lsd|ketamine|nicotine|cigarettes?|vap(?:e|es"
        r"|ing)|hormone (?:therapy|replacement)|chemo\w*|vaccin\w*",
        # The endings that names of medicines have.
        r"\w{2,}(?:azepam|azolam|vastatin|sartan|olol|opril|oxetine|zepil|cillin|mycin|glutide|gliptin|formin"
        r"|profen|prazole|triptyline|dipine|mab)",
        r"(?:thyroid|heart|cholesterol|blood pressure|water|diabetes|pain) (?:tablets?|medicine|treatment)",
    ),
    rule(
        "product",
        "No regimen: no fasting, no diet, nothing to leave out.",
        r"without (?:any )?(?:food|eating|meals)|(?:leave|push|put) (?:the |your )?(?:bread|rice|pasta|potatoes"
        r"|carbs|dessert|cake) (?:on the plate|away|aside|alone)",
        rf"(?:swap|trad|exchang|substitut)\w* (?:your |the |a )?{_MEALS} for|(?:stay|keep|lay)\w* (?:off|away from"
        rf"|clear of) (?:the |all )?{_FOODS}",
        r"fasting|fasted|fasts|(?:a|the|this|hour|day|water|juice|your|longer|weekly|mini) ?-?fast(?= (?:until|for"
        r"|every|on|resets?|day|from|today|tomorrow|this|once|is)\b|[.!,?]|$)|fast (?:until|till|for (?:\w+"
        r"|\d+) (?:hours?|days?)|every|on \w+days?|from|twice a week|once a week|days?)"
        r"|\d+[- ]hours? fast|(?:\d\d:\d|5:2)(?! ?[ap]m|\d)(?= (?:eating|window|fast|plan|diet|method|rhythm"
        r"|schedule|rule|week|protocol|with|along|along with)| ?[.!,?]|$)|(?:eating|feeding) windows?"
        r"|time-restricted|restrict(?:ed|ing|ive)? (?:eating|your|food|diet)|omad|one[- ]meal[- ]a[- ]day",
        r"keto\w*|paleo(?:lithic)?|carnivore|atkins (?:diet|plan|phase|way)|dukan|whole ?30|(?:low|no"
        r"|zero)-?(?: )?carbs?(?= [a-z]|[.!?])|crash diets?|fad diets?|cabbage soup diet|liquid diets?"
        r"|diet (?:plans?|pills?|drinks?|week|day|starts|tips)|diet(?:ing|s|er|ers)|(?:go|on|start|stick\w* to"
        r"|begin|try|follow) (?:a|the|your|this|our) (?:\w+ )?diet",
        r"(?:cut|cutting|eliminat\w*|quit|ditch|give up|giv\w* up|avoid|banish|ban|drop|swear off|skip|stop eating"
        rf"|say no to)(?: out| down on| back on)? (?:all |the |your |any |every |on )?{_FOODS}",
        r"(?:skip\w*|drop|quit|cut out|ditch|cancel|miss out|go without|replac\w*|leave out|no) (?:your |the |a "
        rf"|all )?{_MEALS}(?! (?:was|were|is|are|logged|yet|needed))(?= |[.!,?;:]|$)(?! (?:was|were|logged|yet))",
        r"(?:don'?t|do not|never|stop|no|nothing to|avoid) (?:eat|eating|food|bites?|snacking"
        r"|eat anything) (?:after|before|past|until)|no (?:food|eating|meals?|snacks?|dinner) (?:after|until"
        r"|before|past)|(?:nothing|only) (?:but )?(?:water|juice|broth|tea) (?:until|till|for|all|today)"
        r"|nothing but (?:water|juice|broth)|water only",
        rf"no {_FOODS},? (?:no|and no|or)|(?:sugar|carb|dairy|gluten)-free (?:week|month|day|challenge|for)"
        r"|(?:meal replacements?(?= (?:for|instead|shakes? (?:for|instead|at|every))|[.!?])|juice cleanse"
        r"|cleans(?:e|es|ing) (?:your|diet|week|day|juice|with|the body)|a (?:\w+ )?cleanse)|clean eating"
        r"|eat(?:ing)? clean|starv\w*|small(?:er)? portions|portion control|eat(?:ing)? (?:\w+ )?(?:less|fewer"
        r"|half(?! an? (?:\w+ )?(?:cup|handful|slice|plate of|bowl)))|half your plate empty|hungry to bed"
        r"|ignor\w* (?:your |the )?hunger|appetite",
    ),
    rule(
        "product",
        "No word on alcohol, for or against.",
        r"(?<!rice )(?:red |white )?wines?(?! vinegar)|alcohol\w*|(?<!root )(?<!ginger )beers?"
        r"|(?<!good )(?<!high )(?<!low )(?<!your )spirits|booz\w*|tipsy|drunk(?:en)?(?= |[.!,])(?! by)|hung-?over"
        r"|hangovers?|sober\w*|teetotal\w*|tipple|nightcaps?",
        # Alone they are names of what a diary can hold (Gin, tonic); in a sentence they are a word on alcohol.
        rf"(?<=[a-z] )(?<!frozen )(?<!sloe )(?<!malt ){_DRINKS}|{_DRINKS}{_TELLS}",
        r"(?:hard cider|champagne|cocktails?)(?= (?:is|are|tonight|after|with|before)\b|[.!?])",
        r"dry january|sober october|happy hour|(?:pint|glass) (?:or two|at the pub|of (?:red|white|cider|stout"
        r"|port|bubbl\w*|ale|lager|something strong))(?! juice| grape)|pints? (?:at|in|down) the|raise (?:a"
        r"|your) glass|(?:one|two|a|three|few|more|\d+) drinks?(?: (?:a|per|each) (?:day|night|week|evening)|[.!,]"
        r"| (?:to relax|tonight|won'?t|never|is fine|at most))|drink in moderation|(?:heavy|moderate|social"
        r"|binge) drink\w*|drink(?:ing)? less|units? (?:a|per) week",
    ),
    rule(
        "body",
        "Nothing that cleanses the body.",
        r"de-?tox\w*|toxins?|flush\w* (?:out|away)|purg(?:e|es|ing)|purif(?:y|ies|ying)|colonic|body reset"
        r"|reset(?:s)? (?:you|your (?:body|gut|metabolism))",
    ),
    rule(
        "body",
        "Nothing about calories.",
        r"calori\w*|k?cals?|kilo-?joules?|burn(?:s|ed|ing|er|ers)?(?! (?:the (?:toast|onions|garlic)|brightly))"
        r"|burnt (?:off|\d+|through|away)|(?:torch|incinerat|melt|blast)\w* (?:\w+ ){0,2}(?:fat|belly|energy"
        r"|inches)|macros|energy (?:deficit|balance|intake)|deficit|metabolism|metabolic rate",
    ),
    rule(
        "body",
        "Nothing about weight, shape or looks.",
        r"belts? (?:\w+ ){0,4}(?:holes?|notch\w*|looser)|(?:notch|hole) (?:on|in) (?:your|the) belt",
        r"(?:look|feel)\w* (?:great|good|hot|amazing|better|fantastic|stunning) (?:in (?:your|a|that|those) "
        r"|naked)|swimsuit (?:season|body|ready)",
        r"(?:weight|fat)[- ]?(?:loss|watch\w*|goals?|control|management|gain)|(?:los(?:e|es|ing|t)|shed(?:s|ding)?"
        r"|drop(?:s|ped|ping)?|melt\w*|trim\w*|torch\w*|gain(?:s|ed|ing)?|put(?:ting)? on|reduc(?:e|es|ing|tion)"
        rf"|reduced (?!fat)|tak\w* off|carry\w*) (?:\w+ ){{0,4}}?{_MASS}(?! of (?:books|tomatoes|flour|wool"
        r"|apples))",
        r"bmi|body mass|body ?fat|belly ?fat|fat[- ](?:burn\w*|free mass)|(?:your|lower|ideal|healthy|target|goal"
        r"|lighter) (?:body ?)?weight(?! from| to the| on| onto| forward| into| over| (?:vest|plate)s?)"
        r"|target weight|weight (?:you )?(?:drop|los|shed)\w*|(?:kilos|pounds|inches|fat|weight|belly"
        r"|flab) (?:\w+ )?(?:melt\w*|drop\w*|fall\w*|vanish\w*|disappear\w*|com(?:e|es|ing) off|slip\w* (?:off"
        r"|away)|go(?:es)? away|roll\w* off)|overweight|obes\w*|chubby|flabby|plump|fatter|fattest|(?:get|getting"
        r"|are|look|feel|too|be|so) (?:fat|heavy)(?! rain)|fattening|you(?:'re| are) fat|waist(?:line|s)?|(?:dress"
        r"|trouser|clothes|jeans) sizes?|hips and thighs|thigh gap|cellulite",
        r"(?:bathroom )?scales(?= |[.!,?])(?! (?:on|and arpeggios|of|in|at the piano|for))|(?:step|hop|get"
        r"|stand)\w* on (?:the|your|a) scales?|weigh(?:s|ed)? (?:yourself|in\b|less|more|too)|weigh-?ins?"
        r"|(?:number|needle) on the scales?|slim(?:s|mer|ming|line)?|skinn(?:y|ier)(?! latte)|(?:get|be|stay"
        r"|become|look|got|getting|grow) (?:\w+ )?(?:thin|lean|thinner|leaner|toned|ripped)|thinner|bikini"
        r"|(?:beach|summer|dream)[- ]body|beach-?ready|flat(?:ter)? (?:stomach|tummy|belly|abs)|six-?pack|(?:tone"
        r"|toned|sculpt)\w* (?:your )?(?:body|tummy|thighs|arms|abs)|(?:fit|squeeze|get) (?:back )?into (?:your"
        r"|those|that) (?:old |\w+ )?(?:jeans|dress|trousers|clothes|suit)|(?:your|those|skinny) (?:\w+ )?(?:jeans"
        r"|trousers|belt|dress) (?:\w+ )?(?:thank|fit|loose|tight|notice|zip)\w*|hourglass|figure you",
    ),
    rule(
        "body",
        "Nothing about deserving food, paying for it, or food that is bad.",
        rf"no (?:pudding|cake|chocolate|ice cream|treats?|{_MEALS}) (?:until|unless|before you|without)|(?:cake"
        r"|pizza|ice cream|chips|fries|chocolate|biscuits|burgers?|crisps) again|(?:another|second|third) (?:slice"
        r"|helping|cake|burger|biscuit)\?",
        r"(?:is|are|as) (?:the|your) (?:\w+ )?enem(?:y|ies)(?! (?:piece|king|team))",
        r"earn(?:s|ed|ing)?(?! (?:its|their) place)|cheat\w*|guilt\w*|remorse|(?:bad|junk|forbidden|naughty|sinful"
        r"|evil|toxic|dirty|trash"
        r"|unclean) (?:foods?|meals?|carbs?|fats?|snacks?|choices?|treats?|eating)|sinful\w*|guilty pleasures?"
        r"|naughty|indulg\w*|off[- ]limits|temptations?|gorg(?:ed|ing)|binge\w*|overeat\w*|overindulg\w*|overate"
        r"|pig(?:ged|ging)? out|glutton\w*|greedy|treat meals?|(?:is|are|was|'s) (?:pure )?poison|bad for you"
        r"|unhealthy",
        r"(?:walk|work|run|sweat|swim|exercis|cycl|danc|jog)\w* (?:it |that |them |this )?off(?! (?:the"
        r"|your) (?:sofa|bus|stress))|(?:pay|paid|atone|make up|makes up|compensat|punish)\w* (?:\w+ )?(?:for"
        r"|yourself) (?:\w+ )?(?:that|the|those|this|them|it|yesterday\w*|last|your|eating|every)"
        r"|undo (?:\w+ )?(?:the|that|your|last)|balance out (?:the|that) (?:cake|pizza|burger|dessert)|(?:is|are"
        r"|equals?|costs?|means|=) (?:\w+ ){0,3}(?:minutes?|hours?|miles?|laps?|steps|km) (?:on|of|in) (?:the "
        r"|a )?(?:treadmill|running|walking|jogging|gym|pool|bike|cycling|cardio|exercise bike)",
        r"(?:you(?:'ve)? |don'?t |you'?ll )?deserve\w* (?:\w+ ){0,3}(?:treat|dessert|cake|meal|chocolate|pudding"
        r"|food|dinner|lunch|sweets?|biscuits?|snack|slice|ice cream|pizza)"
        r"|reward yourself with (?:\w+ ){0,2}(?:food|cake|dessert|chocolate|snack|treat)|(?:no|then) (?:walk"
        r"|exercise|steps),? no (?:\w+ )?(?:cake|dessert|dinner|treat)",
    ),
    rule(
        "shame",
        "Nothing that says somebody fell short.",
        r"(?:skipped|missed|wasted|lost) (?:days?|weeks?|walks?|sessions?|workouts?)|oh dear|tsk\w*|shame on",
        r"fail(?:s|ed|ing|ure|ures)?|laz(?:y|ily|iness|ier|iest|ybones)|only|merely|mere|just (?:one|two|\d+"
        r"|a single)(?= (?:walk|day|minute|point|log|session)s?[.!?])|slack(?:er|ers|ed|ing|s)|slob\w*|sloth\w*"
        r"|idle(?:ness|r)?|couch potato\w*|(?:off|from) (?:the|your) (?:couch|sofa|backside|bum|butt)|ashamed"
        r"|asham\w*|shame\w*|disappoint\w*|pathetic\w*|embarrass\w*|disgrac\w*|useless|hopeless\w*|worthless"
        r"|loser\w*|quitters?|weak(?:ling|-willed| willed)|unmotivated|undisciplined|(?:self-)?disciplin\w*"
        r"|will-?power|excuses(?! you)|no excuse|sham(?:e|ing)|sorry (?:score|week|state|excuse)|inexcusable"
        r"|slipped up|slip-ups?|fell short|falling short|off track|lapse[ds]?|relaps\w*",
        r"let\w* (?:yourself|us|me|everyone|the team|your team|your family|them|it) (?:down|go|slide|slip)"
        r"|(?:can'?t|couldn'?t|didn'?t|not) (?:even )?(?:be )?(?:bothered|bother)|not even"
        r"|not (?:good )?enough(?! data)|isn'?t (?:good )?enough|nowhere near|far from (?:your |the )?(?:goal"
        r"|target|enough)|is that (?:all|it|really)|seriously|really\?+|hoped you|expect(?:ed)? (?:more|better)"
        r"|if you (?:really|truly|actually) (?:wanted|cared|tried|want|care)|(?:gave|give|giving"
        r"|given) up(?! (?:your seat|the seat))|you (?:should|could|ought to) (?:be|have|feel|do"
        r"|try) (?:\w+ )?(?:more|better|harder|ashamed|done|walked|tried|embarrassed|known|sorry)|try harder"
        r"|do better|your (?:own )?fault|blame\w*|regret\w*|why (?:didn'?t|haven'?t|can'?t|do you never)"
        r"|what went wrong|what'?s wrong with you|wasted|waste of|neglect\w*|you (?:have |'ve )?(?:missed|skipped"
        r"|forgot|ignored|broke|blew|ruined|wrecked)|blown it|you(?:'ve)? blew|fell off|wagon|pull (?:yourself"
        r"|your socks)|wake-?up call|tut(?:-| )?tut|pitiful|miserable|lame|dismal|unacceptable|inadequate|inferior"
        r"|mediocre|poor (?:week|score|effort|result|performance|show\w*|choice|discipline)|(?:bad|terrible|awful"
        r"|horrible|sad|worst|rubbish) (?:week|day|score|effort|result|habits?|girl|boy|food day)"
        r"|do you (?:even )?care|zero\. |sad[!.]|at least try|bare minimum|sitting around (?!the|a)",
        rf"streak\w*\b{GAP}\b(?:brok\w*|lost|los\w*|over|gone|end\w*|ruin\w*|risk|die[sd]?|dead|dying|snap\w*"
        r"|reset\w*|zero|expire\w*|vanish\w*|save|keep|alive|danger|cut|interrupt\w*)|(?:break|brok|los|lost|ruin"
        rf"|sav|keep|snap|end|kill|protect|extend|miss|restart|threw|throw|maintain)\w*\b{GAP}\bstreaks?|(?:your"
        r"|day|week|perfect|longest) streaks?|(?:chain|run) of (?:\w+ )?(?:days|weeks|walks) (?:\w+ )?(?:snap|brok"
        r"|end|over|gone)\w*",
    ),
    rule(
        "shame",
        "Nothing that compares with others.",
        r"(?<!look )(?<!looking )(?<!glance )behind(?! (?:your|the|a|you(?=r)|her|his|our|its|my|glass|it) ?(?:back"
        r"|head|chair|house|door|wall|church"
        r"|body|station|hips?|knees?|song|story|idea|book|name|them)?)|behind (?:the|your) (?:others?|rest|group"
        r"|team|pack|friends?|target|goal|schedule|average|plan|peers|class|leader\w*|neighbou?rs?)|lag(?:s|ged"
        r"|ging)|rank(?:s|ed|ing|ings)?|leader-?boards?|league tables?|podium|outperform\w*|overt(?:ake|ook|aken"
        r"|aking)|(?:last|bottom|lowest|worst|slowest) (?:place|one|position|in|of (?:your|the) (?:team|group"
        r"|class|list|table)|on the (?:list|table))|(?:in |to )?(?:first|second|third|top|last|\d+(?:st|nd|rd"
        r"|th)) (?:place(?! (?:of|for|where|to))|(?<!first )(?<!second )position(?! of))|bottom \d+|top \d+ ?(?:%"
        r"|per ?cent)|percentile",
        rf"(?:than|unlike|beat|beats|compared (?:with|to)|like|as) {_OTHERS}(?= |[.!,?]|$)(?! (?:else's)| dishes"
        rf"| (?:meal|dish|way|day|time|kind|sort|week)s?)|worse than|{_OTHERS} (?:\w+ )?(?:(?:has|have|is|are|did"
        r"|does|do|can|could|managed?|walked|logged) (?:already |all )?(?:managed?|logged|done|more|better|walked"
        r"|ahead|finished|did)|does better|do better|did better|is ahead|are ahead|did it|can do it|manage\w*)"
        r"|(?:logged|walked|did|read|moved|scored|more|better|less|fewer|slower|faster) than you(?! (?:think"
        r"|planned|need|expect|like|want|did last|were))|even (?:your|my|a|the) (?:\w+ )?(?:grand\w*|neighbou?r"
        r"|child\w*|kids?|dog|toddler)\w* (?:\w+ )?(?:more|can|could|did|does|walks?|logged|better)",
    ),
)
