export {
  bringUpToDate,
  CatalogueList,
  type CatalogueEntries,
  type ListAnswer,
  type ListName,
  type Source,
} from "./list.js";
export { CatalogueSearch, habitBonus, type Hit, type Searchable, type SearchOptions } from "./searching.js";
