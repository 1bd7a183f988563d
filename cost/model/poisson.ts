// Computes averages over a Poisson distribution.

/** Weights below this share of the greatest one do not change the printed results. */
const negligible = 1e-12;

/** The average of `of(count)`, where `count` has a Poisson distribution with this mean. */
export function averageOverPoisson(mean: number, of: (count: number) => number): number {
  const mode = Math.floor(mean);
  let [sum, weights] = [of(mode), 1];
  // Starts at the most likely count, and computes each weight from its neighbor: absolute weights would underflow for large means.
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
