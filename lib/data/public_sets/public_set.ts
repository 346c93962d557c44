/** What has to be known of a public image set to load it. */
import type { Checksum } from "../checksum.ts";
import type { ImageShape } from "../images.ts";
import type { Drawing } from "../synthetic.ts";

/** A file that holds a part of the set. */
export interface SetFile extends Checksum {
  name: string;
  /** Names that other programs give it, as Kaggle's `train-images.idx3-ubyte`. */
  otherNames?: readonly string[];
}

/** Files by their names, as they lie in an archive: gzip or plain. */
export type Parts = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;

/** A file that holds several of the set's. */
export interface Archive {
  name: string;
  /** @throws Error where it is no such archive */
  unpack(stored: Uint8Array<ArrayBuffer>): Promise<Parts>;
}

/** What a mirror is asked for. */
export interface Source extends Pick<Archive, "name"> {
  /** Its size: what a progress bar counts to. */
  bytes: number;
  /** Names of the set's files that it holds. */
  holds: readonly string[];
  /** Missing where it is the one file, gzipped. */
  unpack?: Archive["unpack"];
  /** So large that a download that broke off is gone on with later. */
  resumable?: boolean;
}

/** A part's images as bytes, row by row and channels last, and a class number of each. */
export interface LabelledBytes {
  pixels: Uint8Array;
  labels: Uint8Array;
}

/** A public image set. */
export interface PublicSet {
  /** `Dataset.source`, and the cache's folder in `data/`. */
  source: string;
  title: string;
  /** Its loader, as errors name it. */
  loader: string;
  /** The environment variable that names a folder of the reader's own. */
  variable: string;
  /** Who made it, and under which licence: said when it is downloaded. */
  credit: string;
  shape: ImageShape;
  classNames: readonly string[];
  files: readonly SetFile[];
  /** Public addresses of folders that hold what is downloaded, asked in this order. */
  mirrors: readonly string[];
  downloads: readonly Source[];
  /** Where in a folder the files may lie, the folder itself first. */
  subfolders: readonly string[];
  /** Archives that are read where a folder holds them in the files' place. */
  archives: readonly Archive[];
  /** The images, of the files' decompressed and verified bytes in the order of `files`. */
  parse(plain: readonly Uint8Array[]): { train: LabelledBytes; test: LabelledBytes };
  /** Names that tell of another form of the set, which is not read. */
  strangers?: Readonly<Record<string, string>>;
  /** What is drawn where the set cannot be had. */
  standIn: Drawing;
}
