/** The page that trains. */
export { type TrainingPage, trainingPage, type TrainingPageOptions } from "./training_page.ts";
