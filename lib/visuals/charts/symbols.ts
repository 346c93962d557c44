/** Ten shapes for ten classes, so that no reader depends on colour alone. */

type Corner = readonly [x: number, y: number];

/** Corners on circles of the given radii, taken in turn, the first at `turn` quarter turns from the top. */
function star(corners: number, radii: readonly number[], turn = 0): Corner[] {
  return Array.from({ length: corners }, (_, i) => {
    const angle = 2 * Math.PI * (i / corners + turn / 4) - Math.PI / 2;
    const radius = radii[i % radii.length];
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  });
}

/** A plus whose arms are `thickness` wide, half that from the middle line; turned by 45° a times sign. */
function plus(thickness: number, turn: number): Corner[] {
  const t = thickness / 2;
  // deno-fmt-ignore
  const corners: Corner[] = [
    [-t, -1], [t, -1], [t, -t], [1, -t], [1, t], [t, t],
    [t, 1], [-t, 1], [-t, t], [-1, t], [-1, -t], [-t, -t],
  ];
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  return corners.map(([x, y]) => [x * cos - y * sin, x * sin + y * cos]);
}

/** The same ink for each shape, whatever its corners: scaled to an area of one. */
function unit(corners: readonly Corner[]): Corner[] {
  const area = corners.reduce((sum, [x, y], i) => {
    const [nextX, nextY] = corners[(i + 1) % corners.length];
    return sum + (x * nextY - nextX * y) / 2;
  }, 0);
  const scale = 1 / Math.sqrt(Math.abs(area));
  return corners.map(([x, y]) => [x * scale, y * scale]);
}

const shapes: readonly Corner[][] = [
  star(24, [1]), // circle
  star(4, [1], 0.5), // square
  star(3, [1]), // triangle
  star(4, [1, 0.62]), // diamond
  star(10, [1, 0.45]), // star
  plus(0.6, 0),
  plus(0.6, Math.PI / 4), // times
  star(3, [1], 2), // triangle on its tip
  star(6, [1]), // hexagon
  star(8, [1, 0.5]), // four-pointed star
].map(unit);

/**
 * Corners of the shape of a class, around (0, 0), of area one. Every ten classes the shapes move on by one,
 * so that colour and shape together tell a hundred classes apart.
 */
export function cornersOf(label: number): readonly Corner[] {
  return shapes[(label + Math.floor(label / shapes.length)) % shapes.length];
}

/** The shape of a class as an SVG path around (0, 0), of the given area in square pixels. */
export function symbolPath(label: number, area: number): string {
  const scale = Math.sqrt(area);
  const corners = cornersOf(label).map(([x, y]) =>
    `${(x * scale).toFixed(2)},${(y * scale).toFixed(2)}`
  );
  return `M${corners.join("L")}Z`;
}

/** What Plot calls to draw a symbol; `context` takes the calls of a canvas path. */
export interface DrawnSymbol {
  draw(context: CanvasPath, size: number): void;
}

/** The shape of a class for Plot's `symbol` scale. */
export function symbol(label: number): DrawnSymbol {
  return {
    draw(context, size) {
      const scale = Math.sqrt(size);
      cornersOf(label).forEach(([x, y], i) =>
        i === 0 ? context.moveTo(x * scale, y * scale) : context.lineTo(x * scale, y * scale)
      );
      context.closePath();
    },
  };
}
