/** Points of a latent space that know how many numbers each has. */
import { OptionError } from "../options.ts";
import { checkedLabels, type Labelled, labelsOf } from "./labels.ts";

/** What may be known of codes beside their numbers. */
export interface CodeDetails {
  /** log Var[z|x], as many as values; null for an autoencoder and for codes that encode nothing. */
  logVars?: Float32Array | null;
  /** The class of the image that each code encodes, [count]. */
  labels?: ArrayLike<number> | null;
  /** The word for each class; null where the numbers are the names. */
  classNames?: readonly string[] | null;
}

/** Codes in a row: of images, where `values` are the means E[z|x], or drawn, or on a way or a grid. */
export class Codes implements Labelled {
  /** [count · latentDim] */
  readonly values: Float32Array;
  readonly latentDim: number;
  readonly count: number;
  readonly logVars: Float32Array | null;
  readonly labels: Uint8Array | null;
  readonly classNames: readonly string[] | null;

  /**
   * @param values [count · latentDim], not copied where it is a Float32Array
   * @throws OptionError where the numbers are not whole codes, or the details do not fit
   * @example
   * ```ts
   * import { Codes } from "./codes.ts";
   *
   * new Codes([0, 0, 1, -1], 2).row(1); // [1, -1]
   * ```
   */
  constructor(
    values: ArrayLike<number>,
    latentDim: number,
    { logVars = null, labels = null, classNames = null }: CodeDetails = {},
  ) {
    if (!Number.isInteger(latentDim) || latentDim < 1) {
      throw new OptionError(`Codes: latentDim: expected an integer >= 1, got ${latentDim}`);
    }
    if (values.length % latentDim !== 0) {
      throw new OptionError(
        `Codes: values: expected codes of ${latentDim} numbers, got ${values.length} numbers`,
      );
    }
    this.values = values instanceof Float32Array ? values : Float32Array.from(values);
    this.latentDim = latentDim;
    this.count = values.length / latentDim;
    if (logVars && logVars.length !== values.length) {
      throw new OptionError(
        `Codes: logVars: expected ${values.length} numbers, as many as values, got ${logVars.length}`,
      );
    }
    this.logVars = logVars;
    this.labels = labels && checkedLabels("Codes: labels", labels, this.count, classNames);
    this.classNames = classNames;
  }

  /** One code, [latentDim]: a view, not a copy. */
  row(index: number): Float32Array {
    if (!Number.isInteger(index) || index < 0 || index >= this.count) {
      throw new OptionError(
        `Codes.row: expected an integer from 0 to ${this.count - 1}, got ${index}`,
      );
    }
    return this.values.subarray(index * this.latentDim, (index + 1) * this.latentDim);
  }

  /** The codes from `from` to before `to`, without a copy; to the end by default. */
  slice(from: number, to = this.count): Codes {
    const [start, end] = [from * this.latentDim, to * this.latentDim];
    return new Codes(this.values.subarray(start, end), this.latentDim, {
      logVars: this.logVars?.subarray(start, end),
      labels: this.labels?.subarray(from, to),
      classNames: this.classNames,
    });
  }

  /** Some codes, in the order of their indices. */
  pick(indices: ArrayLike<number>): Codes {
    const rows = Array.from(indices);
    const of = (values: Float32Array) => {
      const picked = new Float32Array(rows.length * this.latentDim);
      rows.forEach((row, i) => {
        const start = row * this.latentDim;
        picked.set(values.subarray(start, start + this.latentDim), i * this.latentDim);
      });
      return picked;
    };
    rows.forEach((row) => this.row(row)); // refuses what is not there
    return new Codes(of(this.values), this.latentDim, {
      logVars: this.logVars && of(this.logVars),
      labels: this.labels && rows.map((row) => this.labels![row]),
      classNames: this.classNames,
    });
  }

  /**
   * The codes of one class.
   *
   * @throws OptionError where no labels are known
   */
  ofClass(label: number): Codes {
    const labels = labelsOf("Codes.ofClass", this);
    return this.pick(Array.from(labels.keys()).filter((i) => labels[i] === label));
  }
}

/** The argument where it is `Codes`, else an error that says how to make them. */
export function asCodes(where: string, codes: Codes): Codes {
  if (codes instanceof Codes) return codes;
  throw new OptionError(
    `${where}: codes: expected Codes, got ${
      codes === null || codes === undefined ? codes : Object(codes).constructor.name
    }; of plain numbers make them with \`new Codes(values, latentDim)\``,
  );
}
