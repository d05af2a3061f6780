package dev.larder.format.freebsd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.store.RelPath;
import dev.larder.testing.Command;
import dev.larder.testing.Tools;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Patches by the real bsdiff, and the real bspatch as the judge of damaged ones.
class BinaryPatchIT {
  private static final RelPath PATH =
      new RelPath("14.1-RELEASE/amd64/bp/" + "a".repeat(64) + "-" + "b".repeat(64));

  @TempDir Path directory = Path.of("");

  @BeforeEach
  void needsTheTools() {
    Tools.require("bsdiff", "bspatch");
  }

  private byte[] patch(byte[] before, byte[] after) throws IOException {
    Files.write(directory.resolve("old"), before);
    Files.write(directory.resolve("new"), after);
    Command.of("bsdiff", "old", "new", "patch").in(directory).runOk();
    return Files.readAllBytes(directory.resolve("patch"));
  }

  private boolean isAppliedByBspatch(byte[] patch) throws IOException {
    Files.write(directory.resolve("damaged"), patch);
    return Command.of("bspatch", "old", "made", "damaged").in(directory).run().ok();
  }

  private static byte[] before() {
    byte[] before = new byte[200_000];
    new Random(3).nextBytes(before);
    Arrays.fill(before, 50_000, 90_000, (byte) 'x');
    return before;
  }

  // Pieces moved, replaced and inserted, as between two builds of a program.
  private static byte[] after(byte[] before, Random random) {
    byte[] after = new byte[before.length + 3000];
    random.nextBytes(after);
    int at = 0;
    while (at < after.length - 9000) {
      int from = random.nextInt(before.length - 8000);
      int length = 1000 + random.nextInt(7000);
      System.arraycopy(before, from, after, at, length);
      at += length + random.nextInt(800);
    }
    return after;
  }

  @Test
  void patchesOfBsdiffHaveNoFault() throws IOException {
    FreeBsdUpdateFormat format = new FreeBsdUpdateFormat();
    byte[] before = before();
    byte[][] afters = {
      after(before, new Random(4)),
      after(before, new Random(5)),
      before,
      Arrays.copyOf(before, 1000),
      Arrays.copyOf(before, 1),
      new byte[500_000],
    };
    for (byte[] after : afters) {
      byte[] patch = patch(before, after);
      assertThat(format.plausible(PATH, Arrays.copyOf(patch, Math.min(512, patch.length))))
          .isTrue();
      assertThat(format.fault(PATH, new ByteArrayInputStream(patch))).isNull();
      patch[patch.length / 2] ^= 0x20;
      assertThat(format.fault(PATH, new ByteArrayInputStream(patch)))
          .as("%d bytes", patch.length)
          .startsWith(PATH + " has a damaged ");
    }
    assertThat(format.fault(PATH, new ByteArrayInputStream(patch(new byte[1], before)))).isNull();
  }

  @Test
  void whatHasNoFaultIsAppliedByBspatch() throws IOException {
    byte[] patch = patch(before(), after(before(), new Random(6)));
    assertThat(isAppliedByBspatch(patch)).isTrue();
    long base = System.nanoTime();
    int passed = 0;
    for (int round = 0; round < 150; round++) {
      Random random = new Random(base + round);
      byte[] damaged = patch.clone();
      // The header and the control block, where damage can make sense.
      damaged[8 + random.nextInt(300)] ^= (byte) (1 << random.nextInt(8));
      if (BinaryPatch.faultOf(new ByteArrayInputStream(damaged)) == null) {
        passed++;
        assertThat(isAppliedByBspatch(damaged)).as("seed " + (base + round) + "L").isTrue();
      }
    }
    assertThat(passed).as("seeds from " + base).isLessThan(10);
  }
}
