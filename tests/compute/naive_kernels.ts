/** What each WebAssembly kernel of the portable engine means, written down plainly. */

/** Memory as the kernels see it: byte offsets into numbers of four bytes. */
export class Memory {
  readonly floats: Float32Array;
  readonly ints: Int32Array;
  constructor(buffer: ArrayBuffer) {
    this.floats = new Float32Array(buffer);
    this.ints = new Int32Array(buffer);
  }
  get = (offset: number) => this.floats[offset / 4];
  set = (offset: number, value: number) => {
    this.floats[offset / 4] = value;
  };
  int = (offset: number) => this.ints[offset / 4];
}

/** A left factor: row i is `segments` runs of `length` numbers, `stride` bytes apart. */
interface Windows {
  a: number;
  rowOffsets: number;
  rows: number;
  segments: number;
  length: number;
  stride: number;
}

/** The numbers of row i, one after the other. */
function windowRow(m: Memory, w: Windows, row: number): number[] {
  const start = w.a + m.int(w.rowOffsets + 4 * row);
  return Array.from({ length: w.segments * w.length }, (_, k) => {
    const segment = Math.floor(k / w.length);
    return m.get(start + segment * w.stride + 4 * (k % w.length));
  });
}

const range = (count: number) => Array.from({ length: count }, (_, i) => i);
const softplus = (l: number) => Math.max(l, 0) + Math.log1p(Math.exp(-Math.abs(l)));
const sigmoid = (l: number) => 1 / (1 + Math.exp(-l));

type Elements = { logits: number; x: number; out: number; rows: number; columns: number };

export const naiveKernels = (m: Memory) => ({
  reluGrad(p: { y: number; dy: number; out: number; count: number }) {
    for (const i of range(p.count)) {
      m.set(p.out + 4 * i, m.get(p.y + 4 * i) > 0 ? m.get(p.dy + 4 * i) : 0);
    }
  },

  columnSum(p: { x: number; rows: number; columns: number; out: number }) {
    for (const column of range(p.columns)) {
      const sum = range(p.rows)
        .reduce((total, row) => total + m.get(p.x + 4 * (row * p.columns + column)), 0);
      m.set(p.out + 4 * column, m.get(p.out + 4 * column) + sum);
    }
  },

  bernoulliNll(p: Elements) {
    for (const row of range(p.rows)) {
      const nll = range(p.columns).reduce((total, column) => {
        const at = 4 * (row * p.columns + column), l = m.get(p.logits + at);
        return total + softplus(l) - l * m.get(p.x + at);
      }, 0);
      m.set(p.out + 4 * row, nll);
    }
  },

  bernoulliNllGrad(p: Elements & { dy: number }) {
    for (const row of range(p.rows)) {
      for (const column of range(p.columns)) {
        const at = 4 * (row * p.columns + column);
        const slope = sigmoid(m.get(p.logits + at)) - m.get(p.x + at);
        m.set(p.out + at, m.get(p.dy + 4 * row) * slope);
      }
    }
  },

  copyRows(
    p: {
      to: number;
      toStride: number;
      from: number;
      fromStride: number;
      bytes: number;
      rows: number;
    },
  ) {
    for (const row of range(p.rows)) {
      for (const i of range(p.bytes / 4)) {
        m.set(p.to + row * p.toStride + 4 * i, m.get(p.from + row * p.fromStride + 4 * i));
      }
    }
  },

  zero(p: { to: number; bytes: number }) {
    for (const i of range(p.bytes / 4)) m.set(p.to + 4 * i, 0);
  },

  /** To panels of 8 columns: [panel][k][8], zeros beyond the last column. */
  pack(
    p: {
      to: number;
      from: number;
      outer: number;
      outerStride: number;
      middle: number;
      middleStride: number;
      inner: number;
      innerStride: number;
      columns: number;
      columnStride: number;
    },
  ) {
    let to = p.to;
    for (const panel of range(Math.ceil(p.columns / 8))) {
      for (const i of range(p.outer)) {
        for (const j of range(p.middle)) {
          for (const k of range(p.inner)) {
            const from = p.from + i * p.outerStride + j * p.middleStride + k * p.innerStride;
            for (const lane of range(8)) {
              const column = 8 * panel + lane;
              m.set(to, column < p.columns ? m.get(from + column * p.columnStride) : 0);
              to += 4;
            }
          }
        }
      }
    }
  },

  /** out[row, column] = max(floor, bias[column] + Σ_k a[row, k] · panel[k, column]) */
  multiply(
    p: Windows & {
      panels: number;
      panelBytes: number;
      columns: number;
      bias: number;
      floor: number;
      out: number;
      outOffsets: number;
    },
  ) {
    for (const row of range(p.rows)) {
      const left = windowRow(m, p, row);
      for (const column of range(p.columns)) {
        const panel = p.panels + Math.floor(column / 8) * p.panelBytes + 4 * (column % 8);
        const sum = left.reduce(
          (total, value, k) => total + value * m.get(panel + 32 * k),
          m.get(p.bias + 4 * column),
        );
        m.set(p.out + m.int(p.outOffsets + 4 * row) + 4 * column, Math.max(p.floor, sum));
      }
    }
  },

  /** The same for one column, whose weights stand in the order of k. */
  multiplyThin(
    p: Windows & { weights: number; bias: number; floor: number; out: number; outOffsets: number },
  ) {
    for (const row of range(p.rows)) {
      const sum = windowRow(m, p, row)
        .reduce((total, value, k) => total + value * m.get(p.weights + 4 * k), m.get(p.bias));
      m.set(p.out + m.int(p.outOffsets + 4 * row), Math.max(p.floor, sum));
    }
  },

  /** out[k, column] += Σ_row a[row, k] · b[row, column], with lines of `bytes` in b and out */
  accumulate(p: Windows & { b: number; out: number; bytes: number }) {
    const lefts = range(p.rows).map((row) => windowRow(m, p, row));
    for (const k of range(p.segments * p.length)) {
      for (const column of range(p.bytes / 4)) {
        const at = p.out + k * p.bytes + 4 * column;
        const sum = lefts.reduce(
          (total, left, row) => total + left[k] * m.get(p.b + row * p.bytes + 4 * column),
          0,
        );
        m.set(at, m.get(at) + sum);
      }
    }
  },

  /** The same for a single column. */
  accumulateThin(p: Windows & { b: number; out: number }) {
    const lefts = range(p.rows).map((row) => windowRow(m, p, row));
    for (const k of range(p.segments * p.length)) {
      const sum = lefts.reduce((total, left, row) => total + left[k] * m.get(p.b + 4 * row), 0);
      m.set(p.out + 4 * k, m.get(p.out + 4 * k) + sum);
    }
  },
});
