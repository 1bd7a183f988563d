// What every SyncMarkers must do; the unit tests run it against each of them.
import type { SyncMarkers } from '#core/requests/ports';

const start = 1_707_163_200_000;
const ann = { userId: 'ann#', connectionId: 'a#=' };

export function describeSyncMarkers(
  name: string,
  create: () => SyncMarkers | Promise<SyncMarkers>,
): void {
  describe(`${name}, sync markers`, () => {
    it('is set once, until it is withdrawn', async () => {
      const markers = await create();
      await expect(markers.begin(ann, start, start + 30_000)).resolves.toBe(true);
      await expect(markers.begin(ann, start + 1, start + 30_001)).resolves.toBe(false);
      await markers.end(ann, start + 30_000);
      await expect(markers.begin(ann, start + 2, start + 30_002)).resolves.toBe(true);
    });

    it('of many that begin at once, one does', async () => {
      const markers = await create();
      const begun = await Promise.all(
        Array.from({ length: 10 }, (_, ms) => markers.begin(ann, start, start + 30_000 + ms)),
      );
      expect(begun.filter(Boolean)).toHaveLength(1);
    });

    it('counts for nothing when its time is over, and then is not withdrawn by who set it', async () => {
      const markers = await create();
      await expect(markers.begin(ann, start, start + 30_000)).resolves.toBe(true);
      await expect(markers.begin(ann, start + 29_999, start + 59_999)).resolves.toBe(false);
      await expect(markers.begin(ann, start + 30_000, start + 60_000)).resolves.toBe(true);
      await markers.end(ann, start + 30_000);
      await expect(markers.begin(ann, start + 30_001, start + 60_001)).resolves.toBe(false);
    });

    it('keeps connections apart', async () => {
      const markers = await create();
      await expect(markers.begin(ann, start, start + 30_000)).resolves.toBe(true);
      const other = { ...ann, connectionId: 'b=' };
      await expect(markers.begin(other, start, start + 30_000)).resolves.toBe(true);
      await markers.end({ ...ann, connectionId: 'c=' }, start + 30_000);
    });
  });
}
