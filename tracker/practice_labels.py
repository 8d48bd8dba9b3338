"""What each practice is called where people see it, and what is counted of it, by language."""

from __future__ import annotations

PRACTICE_LABELS: dict[str, dict[str, str]] = {
    "aerobic_minutes": {"en": "Active minutes", "es": "Minutos activos"},
    "strength_days": {"en": "Strength days", "es": "Días de fuerza"},
    "active_days": {"en": "Active days", "es": "Días activos"},
    "balance_days": {"en": "Balance days", "es": "Días de equilibrio"},
    "activity_days": {"en": "Activity days", "es": "Días de actividad"},
    "cognitive_minutes": {"en": "Minutes of mental activity", "es": "Minutos de actividad mental"},
    "skill_days": {"en": "Skill days", "es": "Días de práctica"},
    "variety": {"en": "Kinds of activity", "es": "Tipos de actividad"},
    "social_days": {"en": "Social days", "es": "Días en compañía"},
    "leafy_greens": {"en": "Leafy greens", "es": "Verduras de hoja verde"},
    "other_vegetables": {"en": "Other vegetables", "es": "Otras verduras"},
    "berries": {"en": "Berries", "es": "Frutos rojos"},
    "nuts": {"en": "Nuts", "es": "Frutos secos"},
    "beans": {"en": "Beans and lentils", "es": "Legumbres"},
    "whole_grains": {"en": "Whole grains", "es": "Cereales integrales"},
    "fish": {"en": "Fish", "es": "Pescado"},
    "olive_oil": {"en": "Days with olive oil", "es": "Días con aceite de oliva"},
}

# What the score counts of it, in a sentence (docs/scoring.md has it exactly).
PRACTICE_COUNTS: dict[str, dict[str, str]] = {
    "aerobic_minutes": {
        "en": "Minutes of moderate effort; vigorous ones count twice. Strength sessions are counted by themselves.",
        "es": "Minutos de esfuerzo moderado; los vigorosos cuentan el doble. Las sesiones de fuerza se cuentan aparte.",
    },
    "strength_days": {
        "en": "Days with at least 10 minutes of strength activity.",
        "es": "Días con al menos 10 minutos de actividad de fuerza.",
    },
    "active_days": {
        "en": "Days with at least 20 minutes of moderate effort, or 10 of vigorous effort.",
        "es": "Días con al menos 20 minutos de esfuerzo moderado, o 10 de esfuerzo vigoroso.",
    },
    "balance_days": {
        "en": "Days with at least 10 minutes of balance activity. Counted from 65 years on.",
        "es": "Días con al menos 10 minutos de actividad de equilibrio. Se cuentan a partir de los 65 años.",
    },
    "activity_days": {
        "en": "Each kind of mental activity on each day, with at least 10 minutes.",
        "es": "Cada tipo de actividad mental en cada día, con al menos 10 minutos.",
    },
    "cognitive_minutes": {
        "en": "Minutes of mental activity, at most 60 a day.",
        "es": "Minutos de actividad mental, como máximo 60 al día.",
    },
    "skill_days": {
        "en": "Training, learning or music, each on each day, with at least 15 minutes.",
        "es": "Entrenamiento, aprendizaje o música, cada uno en cada día, con al menos 15 minutos.",
    },
    "variety": {
        "en": "Different kinds of mental activity, each with at least 10 minutes on a day.",
        "es": "Distintos tipos de actividad mental, cada uno con al menos 10 minutos en un día.",
    },
    "social_days": {
        "en": "Days with a mental activity in company.",
        "es": "Días con una actividad mental en compañía.",
    },
    "leafy_greens": {
        "en": "Servings. One is 1 cup raw or ½ cup cooked.",
        "es": "Porciones. Una es 1 taza en crudo o ½ taza en cocido.",
    },
    "other_vegetables": {"en": "Servings. One is ½ cup.", "es": "Porciones. Una es ½ taza."},
    "berries": {"en": "Servings. One is ½ cup.", "es": "Porciones. Una es ½ taza."},
    "nuts": {"en": "Servings. One is 28 g.", "es": "Porciones. Una son 28 g."},
    "beans": {"en": "Servings. One is ½ cup.", "es": "Porciones. Una es ½ taza."},
    "whole_grains": {
        "en": "Servings. One is 1 slice or ½ cup cooked.",
        "es": "Porciones. Una es 1 rebanada o ½ taza en cocido.",
    },
    "fish": {
        "en": "Servings, not fried. One is 85 g cooked.",
        "es": "Porciones, sin freír. Una son 85 g en cocido.",
    },
    "olive_oil": {
        "en": "Days with at least one serving. One is 1 tablespoon.",
        "es": "Días con al menos una porción. Una es 1 cucharada.",
    },
}
