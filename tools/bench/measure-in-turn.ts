import type { OpenRow, Row } from './contender.ts';
import type { Scene } from './suite.ts';

/** What is measured in turn. */
export interface Turn<Sample> {
  /** For the person who waits. */
  readonly about: string;
  /** Who takes part; default: everybody. */
  readonly rows?: readonly OpenRow[];
  one(row: OpenRow): Promise<Sample>;
}

/** Measures all rows in turn, after a warm-up, as often as the scene has rounds: what disturbs the machine meanwhile disturbs them alike. */
export async function measureInTurn<Sample>(scene: Scene, turn: Turn<Sample>): Promise<ReadonlyMap<Row, readonly Sample[]>> {
  const rows = turn.rows ?? scene.rows;
  scene.say(`${turn.about}: warming up`);
  for (const row of rows) await turn.one(row);
  const samples = new Map<Row, Sample[]>(rows.map(({ row }) => [row, []]));
  for (let round = 1; round <= scene.rounds; round += 1) {
    scene.say(`${turn.about}: round ${round} of ${scene.rounds}`);
    for (const open of rows) samples.get(open.row)?.push(await turn.one(open));
  }
  return samples;
}
