/** Names over a crowd of points, moved so that each can be read. */

interface Place {
  x: number;
  y: number;
  /** Of how many heights its name is wide; 1 by default. */
  wide?: number;
}

/** More than a few names need; names that cannot all find room stay where they have got to. */
const mostRounds = 500;

/**
 * Places at least `least` from each other, each moved as little as it takes: of two that are too near,
 * both give way by half of what is missing, until none is. Places far enough apart stay as they are. Wide
 * names need more room across than down.
 */
export function movedApart<P extends Place>(places: readonly P[], least: number): P[] {
  const moved = places.map((place) => ({ ...place }));
  for (let round = 0, settled = false; !settled && round < mostRounds; round++) {
    settled = true;
    for (let i = 0; i < moved.length; i++) {
      for (let j = 0; j < i; j++) settled = !giveWay(moved[i], moved[j], least, i) && settled;
    }
  }
  return moved;
}

/** Moves two places apart; false where they are far enough. */
function giveWay(a: Place, b: Place, least: number, turn: number): boolean {
  const wide = ((a.wide ?? 1) + (b.wide ?? 1)) / 2;
  const across = (a.x - b.x) / wide;
  const distance = Math.hypot(across, a.y - b.y);
  // A hair, so that rounding does not keep two names moving.
  if (distance > least * (1 - 1e-6)) return false;
  // Two on one spot have no line between them: each pair gets a direction of its own.
  const direction = distance > 0
    ? { x: across / distance, y: (a.y - b.y) / distance }
    : { x: Math.cos(2.4 * turn), y: Math.sin(2.4 * turn) };
  const half = (least - distance) / 2;
  a.x += half * direction.x * wide;
  a.y += half * direction.y;
  b.x -= half * direction.x * wide;
  b.y -= half * direction.y;
  return true;
}
