// The records there are, by type: as an app writes them and as the server shows them. Generated from its OpenAPI document.
import type { components } from "./generated/engram.js";

type Schemas = components["schemas"];

/** What an app writes. */
export interface Written {
  exercise_log: Schemas["ExerciseLogPut"];
  cognitive_log: Schemas["CognitiveLogPut"];
  diet_log: Schemas["DietLogPut"];
  day_mark: Schemas["DayMarkPut"] & { date: string };
  week_confirmation: Schemas["WeekConfirmationPut"] & { week: string };
  own_food: Schemas["OwnFoodPut"];
  own_activity: Schemas["OwnActivityPut"];
  favourite: Schemas["FavouritePut"];
  meal_template: Schemas["MealTemplatePut"];
  goal: Schemas["GoalPut"];
  suggestion_feedback: Schemas["SuggestionFeedbackPut"] & { suggestion: string };
}

/** What the server adds to a record. It is there as soon as the record has been pulled. */
type Known<Type extends keyof Written, Shown> = Written[Type] & Partial<Shown>;

/** What an app reads: a record with what the server adds, once it did. */
export interface Readable {
  exercise_log: Known<"exercise_log", Omit<Schemas["ExerciseLog"], keyof Written["exercise_log"]>>;
  cognitive_log: Known<"cognitive_log", Omit<Schemas["CognitiveLog"], keyof Written["cognitive_log"]>>;
  diet_log: Known<"diet_log", Omit<Schemas["DietLog"], keyof Written["diet_log"]>>;
  day_mark: Known<"day_mark", Omit<Schemas["DayMark"], keyof Written["day_mark"]>>;
  week_confirmation: Known<"week_confirmation", Omit<Schemas["WeekConfirmation"], keyof Written["week_confirmation"]>>;
  own_food: Known<"own_food", Omit<Schemas["OwnFood"], keyof Written["own_food"]>>;
  own_activity: Known<"own_activity", Omit<Schemas["OwnActivity"], keyof Written["own_activity"]>>;
  favourite: Known<"favourite", Omit<Schemas["Favourite"], keyof Written["favourite"]>>;
  meal_template: Known<"meal_template", Omit<Schemas["MealTemplate"], keyof Written["meal_template"]>>;
  goal: Known<"goal", Omit<Schemas["Goal"], keyof Written["goal"]>>;
  suggestion_feedback: Known<
    "suggestion_feedback",
    Omit<Schemas["SuggestionFeedback"], keyof Written["suggestion_feedback"]>
  >;
  weekly_score: Schemas["WeeklyScoreChange"]["record"];
  participant_facts: Schemas["ParticipantFactsChange"]["record"];
}

export type WrittenType = keyof Written;
export type DeletableType = Exclude<WrittenType, "day_mark" | "week_confirmation" | "suggestion_feedback">;
export type ReadableType = keyof Readable;

/** A record as JSON has it, whatever its type. */
export type Content = Readonly<Record<string, unknown>>;

const WRITTEN: ReadonlySet<string> = new Set<WrittenType>([
  "exercise_log",
  "cognitive_log",
  "diet_log",
  "day_mark",
  "week_confirmation",
  "own_food",
  "own_activity",
  "favourite",
  "meal_template",
  "goal",
  "suggestion_feedback",
]);
/** One for each date, week or suggestion: their ids are made from it, they can't be deleted and there are no two of them. */
const ONE_OF_A_KIND: ReadonlySet<string> = new Set<WrittenType>(["day_mark", "week_confirmation", "suggestion_feedback"]);

export function isWritten(type: string): type is WrittenType {
  return WRITTEN.has(type);
}

export function isOneOfAKind(type: string): boolean {
  return ONE_OF_A_KIND.has(type);
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** An id as the server writes it, which its answers are compared with. Raises for what it would read and write otherwise. */
export function canonicalId(id: string): string {
  const lower = id.toLowerCase();
  if (!UUID.test(lower)) throw new Error(`${id} is no UUID with hyphens.`);
  return lower;
}
