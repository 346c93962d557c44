/** Names over a crowd of points, moved so that each can be read. */

interface Place {
  x: number;
  y: number;
}

/** More than a few names need; names that cannot all find room stay where they have got to. */
const mostRounds = 500;

/**
 * Places at least `least` from each other, each moved as little as it takes: of two that are too near,
 * both give way by half of what is missing, until none is. Places far enough apart stay as they are.
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
  const distance = Math.hypot(a.x - b.x, a.y - b.y);
  // A hair, so that rounding does not keep two names moving.
  if (distance > least * (1 - 1e-6)) return false;
  // Two on one spot have no line between them: each pair gets a direction of its own.
  const direction = distance > 0
    ? { x: (a.x - b.x) / distance, y: (a.y - b.y) / distance }
    : { x: Math.cos(2.4 * turn), y: Math.sin(2.4 * turn) };
  const half = (least - distance) / 2;
  a.x += half * direction.x;
  a.y += half * direction.y;
  b.x -= half * direction.x;
  b.y -= half * direction.y;
  return true;
}
