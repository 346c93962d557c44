/**
 * The typeface of every picture: Inter (Rasmus Andersson, SIL Open Font License 1.1), from its package,
 * so that pictures are the same on every machine.
 */
import regular from "@expo-google-fonts/inter/400Regular/Inter_400Regular.ttf" with {
  type: "bytes",
};
import italic from "@expo-google-fonts/inter/400Regular_Italic/Inter_400Regular_Italic.ttf" with {
  type: "bytes",
};
import semiBold from "@expo-google-fonts/inter/600SemiBold/Inter_600SemiBold.ttf" with {
  type: "bytes",
};

export const fontFamily = "Inter";
export const fontFiles: Uint8Array[] = [regular, italic, semiBold];
