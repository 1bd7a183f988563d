// Averages over a number of events that come independently of each other.

/** Weights below this share of the greatest one do not change the printed results. */
const negligible = 1e-12;

/** The average of `of(count)` for a Poisson distribution of `count` with this mean. */
export function averageOverPoisson(mean: number, of: (count: number) => number): number {
  const mode = Math.floor(mean);
  let [sum, weights] = [of(mode), 1];
  // From the most likely count outwards, by the ratio of neighbours: direct weights would underflow for large means.
  for (let [count, weight] = [mode + 1, mean / (mode + 1)]; weight > negligible; count += 1) {
    sum += weight * of(count);
    weights += weight;
    weight *= mean / (count + 1);
  }
  for (let [count, weight] = [mode, 1]; count > 0 && weight > negligible;) {
    weight *= count / mean;
    count -= 1;
    sum += weight * of(count);
    weights += weight;
  }
  return sum / weights;
}
