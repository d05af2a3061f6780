package dev.larder.format.freebsd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BinaryPatchTest {
  private static final long[] CONTROL = {0, 0, 7, 100, 20, -50, 30, 0, 0};
  private static final byte[] DIFF = noise(130);
  private static final byte[] EXTRA = noise(20);

  private static byte[] noise(int length) {
    byte[] noise = new byte[length];
    new Random(length).nextBytes(noise);
    return noise;
  }

  private static @Nullable String fault(byte[] patch) throws IOException {
    return BinaryPatch.faultOf(new ByteArrayInputStream(patch));
  }

  private static byte[] whole() throws IOException {
    return PatchFile.of(CONTROL, DIFF, EXTRA, 150);
  }

  @Test
  void aWholePatchHasNoFault() throws IOException {
    assertThat(fault(whole())).isNull();
    assertThat(fault(PatchFile.of(new long[0], new byte[0], new byte[0], 0))).isNull();
    assertThat(fault(PatchFile.of(new long[] {0, 20, 0}, new byte[0], EXTRA, 20))).isNull();
  }

  @Test
  void theHeaderMustMakeSense() throws IOException {
    byte[] control = PatchFile.packed(PatchFile.numbers(CONTROL));
    byte[] diff = PatchFile.packed(DIFF);
    byte[] extra = PatchFile.packed(EXTRA);
    byte[] other = whole();
    other[7] = '1'; // bsdiff 4.2 and its descendants
    assertThat(fault(other)).isEqualTo("does not begin as a bsdiff patch does");
    long[][] headers = {
      {-1, diff.length, 150},
      {control.length, -1, 150},
      {control.length, diff.length, -150},
      {control.length, diff.length, 1L << 40},
      {Long.MAX_VALUE, Long.MAX_VALUE, 150},
      {control.length - 1, diff.length + 1, 150},
      {control.length + 1, diff.length - 1, 150},
      {control.length, diff.length + 1, 150},
      {control.length, diff.length - 1, 150},
      {0, diff.length, 150},
      {control.length, diff.length, 149},
      {control.length, diff.length, 151},
    };
    for (long[] h : headers) {
      byte[] patch = PatchFile.of(PatchFile.header(h[0], h[1], h[2]), control, diff, extra);
      assertThat(fault(patch)).as(Arrays.toString(h)).isNotNull();
    }
  }

  @Test
  void theBlocksMustBeAsLongAsTheControlBlockSays() throws IOException {
    assertThat(fault(PatchFile.of(CONTROL, noise(129), EXTRA, 150)))
        .isEqualTo("has fewer bytes in its diff block than are copied");
    assertThat(fault(PatchFile.of(CONTROL, noise(131), EXTRA, 150)))
        .isEqualTo("has more bytes in its diff block than are copied");
    assertThat(fault(PatchFile.of(CONTROL, DIFF, noise(19), 150)))
        .isEqualTo("has fewer bytes in its extra block than are copied");
    assertThat(fault(PatchFile.of(CONTROL, DIFF, noise(21), 150)))
        .isEqualTo("has more bytes in its extra block than are copied");
    assertThat(fault(PatchFile.of(Arrays.copyOf(CONTROL, 8), DIFF, EXTRA, 150)))
        .isEqualTo("has a control block that ends within a triple");
    assertThat(fault(PatchFile.of(new long[] {-1, 151, 0}, DIFF, EXTRA, 150)))
        .isEqualTo("copies a number of bytes that cannot be");
    assertThat(fault(PatchFile.of(new long[] {130, 20, 0, 1, 0, 0}, DIFF, EXTRA, 150)))
        .isEqualTo("makes more bytes than its header says");
  }

  @Test
  void nothingMayFollow() throws IOException {
    assertThat(fault(PatchFile.of(whole(), new byte[1])))
        .isEqualTo("has something behind its extra block");
    assertThat(fault(PatchFile.of(whole(), PatchFile.packed(EXTRA)))).isNotNull();
    byte[] control = PatchFile.packed(PatchFile.numbers(CONTROL));
    byte[] padded = Arrays.copyOf(control, control.length + 1);
    assertThat(fault(PatchFile.of(padded, PatchFile.packed(DIFF), PatchFile.packed(EXTRA), 150)))
        .isEqualTo("has something behind its control block");
  }

  @Test
  void aPatchThatIsCutShortHasAFault() throws IOException {
    byte[] whole = whole();
    for (int length = 0; length < whole.length; length++) {
      assertThat(fault(Arrays.copyOf(whole, length))).as("%d bytes", length).isNotNull();
    }
  }

  @Test
  void noBitThatMeansAnythingMayBeWrong() throws IOException {
    byte[] whole = whole();
    int unnoticed = 0;
    for (int bit = 0; bit < 8 * whole.length; bit++) {
      byte[] damaged = whole.clone();
      damaged[bit / 8] ^= (byte) (1 << (bit % 8));
      if (fault(damaged) == null) {
        // The size of a bzip2 block may be larger than needed, one of its tables unused, and the
        // last bits of a byte nothing.
        unnoticed++;
        assertThat(PatchFile.unpacked(damaged)).isEqualTo(PatchFile.unpacked(whole));
      }
    }
    assertThat(unnoticed).isLessThan(whole.length);
  }

  @Test
  void aBombIsRefusedBeforeItIsUnpacked() throws IOException {
    byte[] bomb = PatchFile.packed(new byte[30_000_000]);
    Duration soon = Duration.ofSeconds(5);
    byte[] small = PatchFile.packed(EXTRA);
    // Triples that copy nothing, and more bytes than are ever copied.
    for (byte[] patch :
        new byte[][] {
          PatchFile.of(bomb, small, small, 20),
          PatchFile.of(PatchFile.packed(PatchFile.numbers(20, 0, 0)), bomb, small, 20),
          PatchFile.of(
              PatchFile.packed(PatchFile.numbers(0, 20, 0)),
              PatchFile.packed(new byte[0]),
              bomb,
              20),
        }) {
      assertThat(assertTimeoutPreemptively(soon, () -> fault(patch))).isNotNull();
    }
  }

  @Test
  void aDamagedPatchIsReadOrRefused() throws IOException {
    byte[] whole = whole();
    long base = System.nanoTime();
    for (int round = 0; round < 3000; round++) {
      Random random = new Random(base + round);
      byte[] patch = whole.clone();
      for (int times = 1 + random.nextInt(4); times > 0; times--) {
        patch[8 + random.nextInt(patch.length - 8)] = (byte) random.nextInt();
      }
      try {
        fault(patch);
      } catch (IOException | RuntimeException e) {
        throw new AssertionError("seed " + (base + round) + "L", e);
      }
    }
  }

  @Test
  void aStreamThatCannotBeReadIsNotThePatchsFault() throws IOException {
    byte[] whole = whole();
    for (int length : new int[] {0, 10, 32, 60, whole.length}) {
      InputStream failing =
          new InputStream() {
            private int at;

            @Override
            public int read() throws IOException {
              if (at == length) {
                throw new IOException("the disk is gone");
              }
              return whole[at++] & 0xff;
            }

            @Override
            public int read(byte[] into, int offset, int wanted) throws IOException {
              into[offset] = (byte) read();
              return 1;
            }
          };
      assertThatThrownBy(() -> BinaryPatch.faultOf(failing))
          .as("after %d bytes", length)
          .isInstanceOf(IOException.class)
          .hasMessage("the disk is gone");
    }
  }
}
