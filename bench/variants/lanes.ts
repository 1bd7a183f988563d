// Posts with limited concurrency and minimal overhead: each of several lanes posts one after the other.

/** Posts to all ids, with at most `lanes` posts in flight. @returns the number of posts that returned true */
export async function postInLanes(
  lanes: number,
  ids: readonly string[],
  post: (id: string) => Promise<boolean>,
): Promise<number> {
  let next = 0;
  let delivered = 0;
  const lane = async () => {
    for (let id = ids[next++]; id !== undefined; id = ids[next++]) {
      if (await post(id)) delivered += 1;
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return delivered;
}
