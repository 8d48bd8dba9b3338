"""What each practice is called where apps show it, by language."""

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
