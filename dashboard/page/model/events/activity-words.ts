// Describes an activity in words, and draws it.
import { minutesKept, type MinuteCounts } from './activity';
import { counted } from '../text/counted';

/** What is described: the events of each minute, or the reported errors. */
export type Measure = 'events' | 'errors';

/** Returns e.g. `1,234 events in the last 12 minutes, at most 56 in one`. */
export function activityWords(minutes: readonly MinuteCounts[], measure: Measure): string {
  const { total, most } = sumOf(minutes, measure);
  const what = counted(total, measure === 'events' ? 'event' : 'error report');
  const span = minutes.length === 1 ? 'this minute' : `the last ${minutes.length} minutes`;
  const peak = total > 0 && minutes.length > 1 ? `, at most ${most.toLocaleString()} in one` : '';
  return `${what} in ${span}${peak}`;
}

/** Returns e.g. `1,234 in 12 min, max 56`, for beside the drawing. */
export function shortWords(minutes: readonly MinuteCounts[], measure: Measure): string {
  const { total, most } = sumOf(minutes, measure);
  const peak = total > 0 && minutes.length > 1 ? `, max ${most.toLocaleString()}` : '';
  return `${total.toLocaleString()} in ${minutes.length} min${peak}`;
}

function sumOf(minutes: readonly MinuteCounts[], measure: Measure) {
  const values = minutes.map((minute) => minute[measure]);
  return { total: values.reduce((sum, value) => sum + value, 0), most: Math.max(0, ...values) };
}

/** The size of the drawing. A minute is one unit wide. */
export const drawing = { width: minutesKept, height: 16 } as const;
const barWidth = 0.75;

/**
 * Draws a bar for each minute, the newest at the right, as the data of an SVG path. The highest bar has the full height, and
 * a single event can be seen beside thousands.
 */
export function bars(minutes: readonly MinuteCounts[], measure: Measure): string {
  const { width, height } = drawing;
  const most = Math.max(1, ...minutes.map((minute) => minute[measure]));
  const left = width - minutes.length;
  return minutes
    .map((minute, index) => {
      const value = minute[measure];
      if (value === 0) return '';
      const high = Math.max(1, Math.round((100 * height * value) / most) / 100);
      return `M${left + index} ${height}v${-high}h${barWidth}v${high}z`;
    })
    .join('');
}

/** Draws the ground of the minutes that were counted. */
export function ground(minutes: readonly MinuteCounts[]): string {
  return `M${drawing.width - minutes.length} ${drawing.height}h${minutes.length}`;
}
