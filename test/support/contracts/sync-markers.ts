// The contract of every SyncMarkers; tests run it against each implementation.
import type { SyncMarkers } from '#core/requests/ports';

const start = 1_707_163_200_000;
const ann = { userId: 'ann#', connectionId: 'a#=' };

export function describeSyncMarkers(
  name: string,
  create: () => SyncMarkers | Promise<SyncMarkers>,
): void {
  describe(`${name}, sync markers`, () => {
    it('a marker cannot be set again until it is removed', async () => {
      const markers = await create();
      await expect(markers.begin(ann, start, start + 30_000)).resolves.toBe(true);
      await expect(markers.begin(ann, start + 1, start + 30_001)).resolves.toBe(false);
      await markers.end(ann, start + 30_000);
      await expect(markers.begin(ann, start + 2, start + 30_002)).resolves.toBe(true);
    });

    it('exactly one of many concurrent callers sets a marker', async () => {
      const markers = await create();
      const begun = await Promise.all(
        Array.from({ length: 10 }, (_, ms) => markers.begin(ann, start, start + 30_000 + ms)),
      );
      expect(begun.filter(Boolean)).toHaveLength(1);
    });

    it('an expired marker can be set again, and its previous owner cannot remove the new one', async () => {
      const markers = await create();
      await expect(markers.begin(ann, start, start + 30_000)).resolves.toBe(true);
      await expect(markers.begin(ann, start + 29_999, start + 59_999)).resolves.toBe(false);
      await expect(markers.begin(ann, start + 30_000, start + 60_000)).resolves.toBe(true);
      await markers.end(ann, start + 30_000);
      await expect(markers.begin(ann, start + 30_001, start + 60_001)).resolves.toBe(false);
    });

    it('markers of different connections are independent', async () => {
      const markers = await create();
      await expect(markers.begin(ann, start, start + 30_000)).resolves.toBe(true);
      const other = { ...ann, connectionId: 'b=' };
      await expect(markers.begin(other, start, start + 30_000)).resolves.toBe(true);
      await markers.end({ ...ann, connectionId: 'c=' }, start + 30_000);
    });
  });
}
